// A part of the page that could not be fetched says so where it was awaited; what is asked again until it comes says it once.
(() => {
  const say = (event) => {
    const { target } = event.detail;
    const said = document.getElementById("echec")?.content.firstElementChild.cloneNode(true);
    if (!said || !target?.isConnected || target.querySelector("[data-failed]")) return;
    said.querySelector("a").href = location.href;
    target.prepend(said);
  };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, say);
})();
