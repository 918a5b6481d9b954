// Shows one machine, precision and batch of what docs/benchmarks.md holds;
// without this script all of them are there, one under the other.
const NAMES = { machine: "Machine", precision: "Precision", batch: "Batch" };

for (const group of document.querySelectorAll(".choices")) {
  const parts = [...group.querySelectorAll(".measured")];
  const form = document.createElement("form");
  const chosen = { ...parts[0]?.dataset };

  const show = () => {
    // Not every machine has every precision: keep what was chosen last.
    const fits = (part, names) =>
      names.every((name) => part.dataset[name] === chosen[name]);
    const part =
      parts.find((one) => fits(one, ["machine", "precision", "batch"])) ??
      parts.find((one) => fits(one, [chosen.last])) ?? parts[0];
    for (const one of parts) one.hidden = one !== part;
    for (const select of form.elements) {
      chosen[select.name] = part.dataset[select.name];
      select.value = chosen[select.name];
    }
  };

  for (const [name, title] of Object.entries(NAMES)) {
    const label = form.appendChild(document.createElement("label"));
    const select = document.createElement("select");
    label.append(`${title} `, select);
    select.name = name;
    for (const value of new Set(parts.map((part) => part.dataset[name])))
      select.add(new Option(value, value));
    select.addEventListener("change", () => {
      Object.assign(chosen, { [name]: select.value, last: name });
      show();
    });
  }
  if (parts.length > 1) {
    group.prepend(form);
    show();
  }
}
