// Keyboard first: / search, j k move, Enter opens (a link does it by itself), ? help; a button's own key acts on the row one is on,
// or on the page. Nothing here is needed to read a page.
(() => {
  const typing = (target) => target.closest("input:not([type=checkbox]), select, textarea, [contenteditable]");
  const rows = () => [...document.querySelectorAll("[data-rows] > * > a:first-of-type, [data-rows] tbody tr a:first-of-type")];
  const move = (step) => {
    const all = rows();
    const next = all[Math.min(Math.max(all.indexOf(document.activeElement) + step, 0), all.length - 1)];
    if (next) next.focus();
  };
  const actions = {
    "/": () => document.querySelector("[data-search]")?.focus(),
    j: () => move(1),
    k: () => move(-1),
    "?": () => document.getElementById("raccourcis")?.showModal(),
  };
  // One box ticks every box of its table; hidden without script.
  for (const all of document.querySelectorAll("[data-check-all]")) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of all.closest("table").querySelectorAll("tbody input[type=checkbox]")) box.checked = all.checked;
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const key = CSS.escape(event.key);
    const row = document.activeElement?.closest("[data-rows] tr, [data-rows] > *");
    const own = row?.querySelector(`[data-row-key="${key}"]`) ?? document.querySelector(`[data-key="${key}"]`);
    const action = own ? () => own.click() : actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
