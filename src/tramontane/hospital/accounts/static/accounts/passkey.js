// Passkeys: asks the server for a challenge, the authenticator for an answer, and sends it back. Says what happens in words.
// A form carries the addresses: data-passkey="login" or "register", data-options, data-verify.
(() => {
  const decode = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const encode = (buffer) =>
    buffer ? btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "") : null;
  const descriptors = (list) => (list || []).map((item) => ({ ...item, id: decode(item.id) }));

  const send = async (form, address, body) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body || {}),
    });
    const value = await answer.json().catch(() => ({ error: "Le serveur n’a pas répondu comme prévu. Rechargez la page et recommencez." }));
    if (value.error) throw new Error(value.error);
    return value;
  };

  const ceremonies = {
    login: (options) => navigator.credentials.get({
      publicKey: { ...options, challenge: decode(options.challenge), allowCredentials: descriptors(options.allowCredentials) },
    }),
    register: (options) => navigator.credentials.create({
      publicKey: { ...options, challenge: decode(options.challenge), user: { ...options.user, id: decode(options.user.id) }, excludeCredentials: descriptors(options.excludeCredentials) },
    }),
  };

  const serialise = (credential) => {
    const { response } = credential;
    const fields = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const value = encode(response[name]);
      if (value) fields[name] = value;
    }
    if (response.getTransports) fields.transports = response.getTransports();
    return { id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: fields, clientExtensionResults: {} };
  };

  const sentences = {
    NotAllowedError: "La clé d’accès n’a pas été utilisée : demande annulée, délai dépassé ou vérification refusée. Recommencez.",
    InvalidStateError: "Cette clé d’accès est déjà enregistrée pour votre compte.",
    SecurityError: "Cette adresse n’est pas celle pour laquelle les clés d’accès sont réglées. Prévenez le service informatique.",
    NotSupportedError: "Cette clé ne convient pas. Essayez-en une autre.",
  };

  const run = async (form) => {
    const status = form.querySelector("[data-status]");
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    status.className = "alert info";
    status.hidden = false;
    status.textContent = "Suivez les indications de votre navigateur ou touchez votre clé.";
    try {
      const options = await send(form, form.dataset.options);
      if (options.next) return window.location.assign(options.next);
      const credential = await ceremonies[form.dataset.passkey](options);
      const result = await send(form, form.dataset.verify, serialise(credential));
      return window.location.assign(result.next);
    } catch (error) {
      status.className = "alert stop";
      status.textContent = sentences[error.name] || error.message;
      button.disabled = false;
      return button.focus();
    }
  };

  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    if (!window.PublicKeyCredential) {
      const status = form.querySelector("[data-status]");
      status.hidden = false;
      status.className = "alert warn";
      status.textContent = "Ce navigateur ne sait pas utiliser de clé d’accès. Choisissez un autre moyen.";
      form.querySelector("button[type=submit]").disabled = true;
      return;
    }
    form.addEventListener("submit", (event) => { event.preventDefault(); run(form); });
  });
})();
