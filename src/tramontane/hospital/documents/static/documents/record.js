// The row chosen stays marked when only the preview changes; on narrow screens the filters start closed and the preview comes into view.
(() => {
  const narrow = matchMedia("(max-width: 1180px)");
  const fold = () => { const sheet = document.querySelector(".filters-sheet"); if (sheet && narrow.matches) sheet.open = false; };
  fold();
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "documents") fold();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt.closest("[data-rows] a");
    if (!link) return;
    for (const other of document.querySelectorAll("[data-rows] a[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    // The button that was pressed is gone with the pane it was in: the focus stays where the answer is.
    if (event.detail.elt.id === "apercu" && document.activeElement === document.body) event.detail.elt.focus({ preventScroll: true });
    if (event.detail.elt.id === "apercu" && matchMedia("(max-width: 760px)").matches) event.detail.elt.scrollIntoView({ block: "start" });
  });
})();
