/** Numbers and elements as the page shows them. */
const BYTE_UNITS = ["B", "KB", "MB", "GB", "TB"];
const COUNT_UNITS = ["", " k", " M", " G", " T", " P"];
const TIME_UNITS = ["ns", "µs", "ms", "s"];

function scaled(value, units, step) {
  let i = 0;
  while (Math.abs(value) >= step && i < units.length - 1) {
    value /= step;
    i++;
  }
  const digits = i === 0 && Number.isInteger(value) ? 0 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return [value.toFixed(digits), units[i]];
}

const known = value => value !== null && value !== undefined && !Number.isNaN(value);
const bytes = value => known(value) ? scaled(value, BYTE_UNITS, 1000).join(" ") : "–";
const count = value => known(value) ? scaled(value, COUNT_UNITS, 1000).join("") : "–";
const time = nanos => known(nanos) ? scaled(nanos, TIME_UNITS, 1000).join(" ") : "–";
const percent = part => known(part) ? (100 * part).toFixed(part >= 0.0995 ? 1 : 2) + " %" : "–";

/** Makes an element; attributes that are functions listen, children may be texts. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  return fill(element, attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (typeof value === "function") {
      element.addEventListener(name, value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value);
    }
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) {
      element.append(child);
    }
  }
  return element;
}

const $ = id => document.getElementById(id);

/** The color variable of a kind of node. */
const kindColor = kind => `var(--${kind})`;

const KIND_NAMES = {
  product: "product", attention: "attention", reduction: "reduction", elementwise: "elementwise",
  movement: "data movement", control: "control flow", library: "library routine", port: "input or output",
};
