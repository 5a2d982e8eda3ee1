"use strict";
// What a page can do beyond links and forms: keys, the state of the feed, the help. Every page works without this file.
(function () {
  const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]") !== null;
  const links = () => Array.from(document.querySelectorAll("a.alert-link"));
  const current = () => document.activeElement?.closest(".alert") ?? null;
  const press = (element) => { if (element) { element.click(); return true; } return false; };

  function step(by) {
    const all = links();
    if (all.length === 0) { return false; }
    const here = all.indexOf(current()?.querySelector("a.alert-link"));
    const next = all[Math.min(Math.max(here + by, 0), all.length - 1)];
    next.focus({ preventScroll: true });
    next.closest(".alert").scrollIntoView({ block: "nearest" });
    return true;
  }

  function help() {
    const dialog = document.getElementById("help");
    if (!dialog) { return false; }
    if (dialog.open) { dialog.close(); } else { dialog.showModal(); }
    return true;
  }

  const keys = {
    j: () => step(1),
    k: () => step(-1),
    a: () => press(current()?.querySelector("[id^=take-]") ?? document.getElementById("step-acknowledge")),
    x: () => press(current()?.querySelector("input[type=checkbox]")),
    n: () => press(document.querySelector("#news a.button")),
    u: () => press(document.getElementById("back-to-queue")),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.repeat && event.key === "a") { return; }
    const action = keys[event.key];
    if (action && !typing(event.target) && action()) { event.preventDefault(); }
  });

  const opener = document.getElementById("help-open");
  if (opener) {
    opener.hidden = false;
    opener.addEventListener("click", help);
  }

  // Whether the page is being kept up to date is said, not left to be guessed.
  const state = document.getElementById("live-state");
  function say(live) {
    if (!state) { return; }
    state.hidden = false;
    state.classList.toggle("away", !live);
    state.querySelector(".words").textContent = live ? "Live" : "Not live: connecting again";
  }
  document.addEventListener("htmx:sseOpen", () => say(true));
  document.addEventListener("htmx:sseError", () => say(false));

  const title = document.title;
  document.addEventListener("htmx:afterSettle", () => {
    const news = document.querySelector("#news strong");
    document.title = news ? `\u25CF ${news.textContent} - ${title}` : title;
  });

  // Where one is stands in sight, also where the navigation is wider than a phone.
  document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // A sheet that was opened closes by a click beside it or by Escape.
  const sheet = document.querySelector("details.who");
  document.addEventListener("click", (event) => { if (sheet?.open && !sheet.contains(event.target)) { sheet.open = false; } });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && sheet?.open) { sheet.open = false; sheet.querySelector("summary").focus(); }
  });

  // What is shown once answers a form: going back must not ask to send that form again.
  const once = document.querySelector("[data-once]");
  if (once) { history.replaceState(null, "", once.dataset.once); }
})();
