/** The page before the desk: login, password, and a code where the account has one. */
import { h, labelled } from "./desk-parts.js";

/** The form; `done()` is called once the browser is signed in. `why` says what ended the last session. */
export function signIn(api, done, why = "") {
  const login = h("input", { name: "login", autocomplete: "username", autocapitalize: "none", spellcheck: "false", required: true });
  const password = h("input", { name: "password", type: "password", autocomplete: "current-password", required: true });
  const code = h("input", { name: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: "10" });
  const codeField = labelled("Code of your authenticator app", code);
  codeField.hidden = true;
  const wrong = h("p", { class: "wrong", role: "alert" }, why);
  wrong.hidden = !why;
  const send = h("button", { class: "main" }, "Sign in");
  const tell = (message, field) => {
    wrong.textContent = message;
    wrong.hidden = false;
    field.focus();
  };
  const form = h(
    "form",
    {
      novalidate: true,
      onsubmit: async (event) => {
        event.preventDefault();
        const missing = [login, password].find((field) => !field.value);
        if (missing) return tell("Please give your login and your password.", missing);
        send.disabled = true;
        try {
          await api.post("sign-in", Object.fromEntries(new FormData(form)));
          wrong.hidden = true;
          await done();
        } catch (error) {
          const needed = error.code === "code_needed";
          if (needed || error.code === "code_used") codeField.hidden = false;
          code.value = "";
          tell(error.message, needed || !codeField.hidden ? code : password);
        }
        send.disabled = false;
      },
    },
    h("h1", {}, "Agent desk"),
    labelled("Login or e-mail address", login),
    labelled("Password", password),
    codeField,
    wrong,
    send,
  );
  return h("main", { class: "sign-in" }, form);
}
