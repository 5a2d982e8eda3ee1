// Passkeys: asks the server what to sign, has the browser sign it, and sends the answer as a plain form. Without this file everything else works.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential?.parseRequestOptionsFromJSON) continue;
  form.hidden = false;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    const words = form.querySelector("[data-passkey-words]");
    const button = form.querySelector("button");
    button.disabled = true;
    words.textContent = "";
    try {
      const asked = await fetch(form.dataset.passkeyAsk, { method: "POST", body: new FormData(form) });
      if (!asked.ok) throw new Error();
      const { options, state } = await asked.json();
      const credential = form.dataset.passkey === "get"
        ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
        : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) });
      form.elements.question.value = state;
      form.elements.answer.value = JSON.stringify(credential);
      form.submit();
    } catch {
      words.textContent = "That did not work, or it was cancelled. Nothing was changed.";
      button.disabled = false;
    }
  });
}
