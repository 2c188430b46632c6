"use strict";

// Everything works without this file; it only makes waiting and answering more pleasant.

// A form is sent once: a second tap on a slow line would ask the same person twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "true";
  form.setAttribute("aria-busy", "true");
});

// The back button may show the page as it was left: let its forms be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }
});

// Opening "ask to be introduced" puts the cursor where the sentence goes.
for (const details of document.querySelectorAll("details.ask")) {
  details.addEventListener("toggle", () => {
    if (details.open) details.querySelector("textarea").focus();
  });
}
