"""Style of the data-quality page: light and dark, from a phone to a wide screen. Tables become lists on a phone."""

STYLE = """
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1c2430; --soft: #5b6675; --line: #dfe4ea; --panel: #f6f8fa;
  --good: #2f7d5b; --bad: #c2410c; --duplicate: #8a94a3; --unknown: #4f5bd5;
  --pass: #1f7a4d; --warn: #9a5b00; --fail: #b3261e; --info: #475569;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #12161c; --ink: #e6eaf0; --soft: #9aa6b6; --line: #2b333e; --panel: #1a2029;
    --good: #5fbf93; --bad: #f08a5d; --duplicate: #76808f; --unknown: #98a2ff;
    --pass: #6fcf9b; --warn: #f0b35a; --fail: #ff8a80; --info: #a8b3c2;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 1.5rem 1.25rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .25rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); font-size: .875rem; }
.verdict { display: inline-block; padding: .05rem .6rem; border: 1px solid currentColor; border-radius: .4rem; font-weight: 600; }
.PASS { color: var(--pass); } .WARN { color: var(--warn); } .FAIL { color: var(--fail); } .INFO { color: var(--info); }
.worst { margin: 1rem 0; padding: .75rem 1rem; background: var(--panel); border-left: 4px solid currentColor; border-radius: .25rem; }
.worst p { color: var(--ink); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem 1.5rem; }
.figures dt { color: var(--soft); font-size: .875rem; }
.figures dd { margin: 0; font-size: 1.125rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0; border-bottom: 1px solid var(--line); }
td { overflow-wrap: anywhere; }
td:not([class]) { min-width: 7rem; }
th { color: var(--soft); font-weight: 500; font-size: .8125rem; white-space: nowrap; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.state { font-weight: 600; white-space: nowrap; }
td.short { white-space: nowrap; }
svg.days { display: block; width: 100%; min-width: 12rem; height: 42px; }
svg.share { display: block; width: 100%; height: 6px; margin-top: .3rem; border-radius: 3px; overflow: hidden; }
svg .good { fill: var(--good); } svg .bad { fill: var(--bad); } svg .duplicate { fill: var(--duplicate); }
svg .unknown { fill: var(--unknown); } svg .track { fill: var(--line); } svg .axis { stroke: var(--line); }
.key { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: .25rem 0 .5rem; padding: 0; list-style: none; }
.key li::before { content: ""; display: inline-block; width: .7rem; height: .7rem; margin-right: .4rem; border-radius: 2px; }
.key li::before { background: var(--swatch); }
@media (max-width: 640px) {
  main { padding: 1rem .9rem 3rem; }
  table.cards, table.cards tbody, table.cards tr, table.cards td { display: block; width: 100%; }
  table.cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table.cards tr { border-bottom: 1px solid var(--line); padding: .6rem 0; }
  table.cards td { border: 0; padding: .1rem 0; text-align: left; white-space: normal; }
  table.cards td[data-label]::before { content: attr(data-label) " "; color: var(--soft); font-size: .8125rem; }
}
"""
