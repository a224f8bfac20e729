/** The page's style: one column that fits a phone, wide lines broken, light and dark by the reader's system. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --ok: #1a7f37; --bad: #c62828; --warn: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ok: #57c26a; --bad: #ff7b72; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { margin: 0; font-size: 1.6rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
p { margin: .25rem 0; } ul, ol { list-style: none; margin: 0; padding: 0; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
pre { margin: .35rem 0; padding: .5rem; background: var(--soft); border-radius: .3rem; white-space: pre-wrap; max-height: 24rem; overflow-y: auto; }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .75rem; }
.counts li { padding: .35rem .7rem; border: 1px solid var(--line); border-radius: .3rem; }
details { border-top: 1px solid var(--line); padding: .5rem 0; } summary { cursor: pointer; font-weight: 600; }
small { display: block; font-weight: 400; opacity: .7; }
.call { border-left: 3px solid var(--line); margin: .75rem 0; padding-left: .75rem; }
.call.sandboxed { border-color: var(--ok); } .call.refused, .call.outside { border-color: var(--bad); } .call.asked { border-color: var(--warn); }
.head { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; } time, .facts, .note { font-size: .875rem; opacity: .75; }
.badge { font-size: .8rem; border: 1px solid currentColor; border-radius: 1rem; padding: 0 .5rem; }
.sandboxed .badge, .ok { color: var(--ok); } .refused .badge, .outside .badge, .bad, .counts .refused b, .counts .outside b { color: var(--bad); }
.asked .badge { color: var(--warn); } .why { white-space: pre-wrap; }
`;
