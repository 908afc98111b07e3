"""What HTTP asks of every route: how requests are read, and how responses are delivered."""
