/** The page's own style: dark on white wherever it is read, one column on a phone, whole blocks on paper. */
export const style = `
:root { color-scheme: light; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 56rem; padding: 1.5rem 1.25rem 3rem; background: #fff; color: #1a1a1a; overflow-wrap: anywhere; }
h1 { font-size: 1.8rem; line-height: 1.2; margin: .2rem 0 .6rem; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 2.6rem 0 .8rem; padding-top: .7rem; border-top: 2px solid #1a1a1a; }
h3 { font-size: 1.02rem; line-height: 1.4; margin: 1.4rem 0 .4rem; }
h4 { font-size: .88rem; margin: .8rem 0 .2rem; }
p { margin: .5rem 0; }
.small, figcaption { font-size: .85rem; color: #4a4a4a; }
.none { color: #4a4a4a; font-style: italic; }
.note { border-left: 4px solid #b58900; padding: .3rem .8rem; background: #fdf8e8; }
.tag { display: inline-block; padding: .05rem .5rem; border: 1px solid #8a8a8a; border-radius: 4px; font-size: .8rem; font-weight: 600; background: #fff; }
.tag.done { color: #14612b; border-color: #14612b; }
.tag.failed { color: #a32017; border-color: #a32017; }
.tag.skipped, .tag.running { color: #7a5200; border-color: #7a5200; }
.status .tag { font-size: 1rem; padding: .2rem .7rem; }
dl { margin: .6rem 0; }
dl div { display: flex; gap: .8rem; }
dt { color: #4a4a4a; flex: 0 0 8rem; }
dd { margin: 0; font-variant-numeric: tabular-nums; }
dl.facts { display: flex; flex-wrap: wrap; gap: .1rem 1.4rem; font-size: .88rem; }
dl.facts div { gap: .4rem; }
dl.facts dt { flex: none; }
dl.facts dd { font-weight: 600; }
.short { border: 1px solid #c9c9c9; border-radius: 8px; padding: .2rem 1.2rem .6rem; margin: 1.4rem 0; background: #f7f9fc; }
.short h2 { border: 0; margin: .6rem 0 .2rem; padding: 0; font-size: 1.05rem; }
.short ul { margin: 0; padding-left: 1.2rem; }
.short li { margin: .3rem 0; }
nav { font-size: .9rem; margin: 1rem 0; }
nav a { color: #1d4f91; margin-right: 1rem; display: inline-block; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .87rem; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .9rem .3rem 0; border-bottom: 1px solid #dcdcdc; overflow-wrap: break-word; }
th { color: #4a4a4a; font-weight: 600; white-space: nowrap; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.line { white-space: nowrap; }
.finding { border-bottom: 1px solid #dcdcdc; padding: 0 0 .7rem; }
.finding table { width: auto; }
code { font: .82rem ui-monospace, SFMono-Regular, Menlo, monospace; background: #f2f2f2; padding: .05rem .25rem; overflow-wrap: anywhere; }
figure { margin: 1.2rem 0; }
figure svg { display: block; width: 100%; height: auto; }
.parts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15.5rem, 1fr)); gap: .4rem 1rem; }
figure.part { margin: .4rem 0; }
ul.places { list-style: none; padding: 0; }
ul.places li { display: flex; gap: .8rem; align-items: baseline; margin: .5rem 0; }
svg.place { flex: none; width: 100px; }
svg.bar { vertical-align: middle; }
footer { margin-top: 3rem; border-top: 1px solid #dcdcdc; padding-top: .6rem; }
@media (max-width: 40rem) {
  body { padding: 1rem .9rem 2rem; }
  dl.about div { display: block; margin-bottom: .3rem; }
  .parts { grid-template-columns: 1fr; }
  ul.places li { display: block; }
}
@page { margin: 16mm 14mm; }
@media print {
  :root { font-size: 10.5pt; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  .wide { overflow: visible; }
  figure > svg { width: 72%; }
  figure.part > svg { width: 100%; }
  h2, h3, h4, thead, h2 + .small { break-after: avoid; }
  tr, figure, li, dl, .short, .note { break-inside: avoid; }
  .finding .wide { break-inside: avoid; }
  p { orphans: 3; widows: 3; }
  .tag, .short, .note, code, svg { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
`;
