// SPDX-License-Identifier: Apache-2.0
// Shows the service's own document. No validator: it would be asked over the network.
SwaggerUIBundle({
  url: "docs.json",
  dom_id: "#page",
  deepLinking: true,
  validatorUrl: null,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  onComplete: () => {
    const title = document.querySelector("#page .title");
    if (title) document.title = title.firstChild.textContent.trim();
  },
});
