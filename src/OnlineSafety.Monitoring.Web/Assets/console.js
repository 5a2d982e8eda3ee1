"use strict";
// What a page can do beyond links and forms: keys, the state of the feed, the help. Every page works without this file.
(function () {
  const typing = (element) => element.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog[open]") !== null;
  const links = () => Array.from(document.querySelectorAll("a.alert-link"));
  const current = () => document.activeElement?.closest(".alert") ?? null;
  const press = (element) => { if (element) { element.click(); return true; } return false; };

  const lead = (element) => { if (element) { element.focus(); return true; } return false; };

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
    // In the list it takes the alert that was chosen there; on an alert's own page it only leads to the button: one slip must not stop a clock.
    a: () => press(current()?.querySelector("[id^=take-]")) || lead(document.getElementById("step-acknowledge")),
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
  function say(live, words) {
    if (!state) { return; }
    state.hidden = false;
    state.classList.toggle("away", !live);
    state.querySelector(".words").textContent = words;
  }
  document.addEventListener("htmx:sseOpen", () => say(true, "Live"));
  document.addEventListener("htmx:sseError", () => say(false, "Not live: connecting again"));
  document.addEventListener("htmx:sseClose", (event) => {
    if (event.detail.type === "message") { say(false, "Not live: you changed over to another school"); }
  });

  // What was typed into one form is not lost by the button of another without a word.
  document.addEventListener("submit", (event) => {
    const lost = Array.from(document.querySelectorAll("main textarea")).find((text) => text.form !== event.target && text.value.trim() !== "" && text.value !== text.defaultValue);
    if (lost && !window.confirm("Something you typed in another form on this page is not saved yet, and would be lost. Go on without it?")) {
      event.preventDefault();
      lost.closest("details")?.setAttribute("open", "");
      lost.focus();
    }
  });

  // Two fields that must be the same are held against each other before they are sent: an answer of the server would have cleared both.
  document.querySelectorAll("input[data-same-as]").forEach((again) => {
    const first = document.getElementById(again.dataset.sameAs);
    const compare = () => again.setCustomValidity(again.value === first.value ? "" : "The two passwords differ.");
    again.addEventListener("input", compare);
    first.addEventListener("input", compare);
  });

  document.querySelectorAll("button[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  document.querySelectorAll("button[data-copy]").forEach((button) => {
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", async () => {
      const said = button.querySelector("span") ?? button;
      try {
        await navigator.clipboard.writeText(Array.from(document.querySelectorAll(button.dataset.copy), (line) => line.textContent.trim()).join("\n"));
        said.textContent = "Copied";
      } catch {
        said.textContent = "Could not be copied";
      }
    });
  });

  const title = document.title;
  document.addEventListener("htmx:afterSettle", () => {
    const news = document.querySelector("#news strong");
    document.title = news ? `\u25CF ${news.textContent} - ${title}` : title;
  });

  // Where one is stands in sight, also where the navigation is wider than a phone: and so does what narrows the list.
  // Sideways alone: the page itself stays at its head.
  document.querySelectorAll(".nav, .tabs, .filters").forEach((row) => {
    const here = row.querySelector("[aria-current]")?.getBoundingClientRect();
    if (here) { row.scrollLeft += here.left + here.width / 2 - row.getBoundingClientRect().left - row.clientWidth / 2; }
  });

  // What was refused is said first.
  document.getElementById("problem")?.focus();

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
