"""Files in the words of their owner: a proposal of how to read them, one question, and the answer as a document."""
