// The session's end, said before it comes; afterwards nothing of the patient stays on the screen of a shared workstation. A page
// where nothing was typed leaves for the login page. Where something was, it is hidden, and given back to the same person only.
// Nothing is kept elsewhere than in the page itself: no browser storage, no server.
(() => {
  const box = document.getElementById("session");
  const [soon, closed] = ["session-bientot", "session-fermee"].map((id) => document.getElementById(id));
  const { address, login, person } = box.dataset;
  const warned = box.dataset.warned * 1000;
  const patience = 15_000;
  let end = Date.now() + box.dataset.left * 1000;
  let title = "";
  let timer;

  const tokens = () => document.querySelectorAll("input[name=csrfmiddlewaretoken]");
  const say = (dialog, text) => { dialog.querySelector("[data-said]").textContent = text; };
  const ask = async (method) => {
    const headers = method === "POST" ? { "X-CSRFToken": tokens()[0].value } : { "X-Unattended": "1" };
    const answer = await fetch(address, { method, headers });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  };

  const initial = {
    file: (field) => field.files.length === 0,
    checkbox: (field) => field.checked === field.defaultChecked,
    radio: (field) => field.checked === field.defaultChecked,
    "select-one": (field) => field.options.length === 0 || field.selectedIndex === Math.max(0, [...field.options].findIndex((one) => one.defaultSelected)),
    "select-multiple": (field) => [...field.options].every((one) => one.selected === one.defaultSelected),
  };
  const untouched = (field) => (initial[field.type] ?? ((other) => !("defaultValue" in other) || other.value === other.defaultValue))(field);
  // A form that came back with its errors holds what was typed before.
  const typed = () => [...document.forms].some((form) => form.method === "post"
    && (form.querySelector(".error, .alert.stop") || [...form.elements].some((field) => field.type !== "password" && !untouched(field))));

  const wait = (delay) => { clearTimeout(timer); timer = setTimeout(look, Math.max(delay, 0)); };
  const leave = (why) => {
    const page = `${location.pathname}${location.search}#${person}`;
    location.replace(why ? `${login}?${new URLSearchParams({ suite: page, fin: why })}` : "/");
  };
  const close = (why) => {
    soon.close();
    if (closed.open) return;
    if (!typed()) { leave(why); return; }
    for (const field of document.querySelectorAll("input[type=password]")) field.value = "";
    title = document.title;
    document.title = "Session fermée";
    document.documentElement.classList.add("locked");
    closed.showModal();
  };
  const reopen = (token) => {
    for (const field of tokens()) field.value = token;
    document.title = title;
    document.documentElement.classList.remove("locked");
    closed.close();
  };
  const warn = (why) => {
    const at = new Date(end);
    const hour = `${at.getHours()}\u00a0h\u00a0${String(at.getMinutes()).padStart(2, "0")}`;
    const last = why === "duree";
    say(soon, last
      ? `Elle atteindra sa durée maximale à ${hour}\u00a0: enregistrez ce que vous faites, puis reconnectez-vous.`
      : `Sans action de votre part, elle se fermera à ${hour}.`);
    soon.querySelector("[data-stay]").textContent = last ? "J’ai compris" : "Rester connecté";
    if (!soon.open && !(last && soon.dataset.told)) soon.showModal();
    soon.dataset.told = last ? "1" : "";
  };
  const judge = (state) => {
    const other = state.left > 0 && state.person !== person;
    if (state.left === 0 || other) {
      close(other ? "" : state.why);
      if (other) say(closed, "Une autre personne est maintenant connectée sur ce poste. Cette saisie n’est pas la sienne : elle ne peut pas être envoyée avec son compte.");
      return;
    }
    if (closed.open) reopen(state.csrf);
    end = Date.now() + state.left * 1000;
    const early = state.left * 1000 - warned;
    if (early > 0) { soon.close(); wait(early); } else { warn(state.why); wait(end - Date.now() + 1000); }
  };
  // Without an answer, the clock of the page decides: a session that may be over is over.
  const unanswered = () => { if (Date.now() >= end) close("fermee"); else wait(Math.min(patience, end - Date.now())); };
  const look = () => ask("GET").then(judge, unanswered);

  soon.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (soon.dataset.told) soon.close(); else ask("POST").then(judge, look);
  });
  closed.querySelector("[data-leave]").addEventListener("click", () => leave("fermee"));
  closed.querySelector("[data-resume]").addEventListener("click", () => {
    say(closed, "");
    look().then(() => { if (closed.open && !closed.querySelector("[data-said]").textContent) say(closed, "Vous n’êtes pas encore reconnecté."); });
  });
  // Escape does not uncover the page.
  closed.addEventListener("close", () => { if (document.documentElement.classList.contains("locked")) closed.showModal(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
  wait(end - Date.now() - warned);
})();
