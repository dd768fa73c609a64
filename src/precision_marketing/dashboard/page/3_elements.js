// Pieces of a page: every block of figures has its query, its chart and its table.

const TABLE_ROWS = 25;

function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "path", "circle"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

function sqlButton(setName, title) {
  return make("button", { type: "button", class: "sql", "data-set": setName, "aria-label": say("sql_of", { title }), onclick: () => showSql(setName, title) }, "SQL");
}

function showSql(setName, title) {
  const sql = sets[setName].sql.trim();
  const copied = make("span", { role: "status" });
  const copy = async () => {
    await navigator.clipboard.writeText(sql);
    copied.textContent = say("copied");
  };
  const dialog = make("dialog", { "aria-labelledby": "sql-title", onclose: () => dialog.remove() },
    make("h2", { id: "sql-title" }, title),
    make("p", { class: "note" }, say("sql_note")),
    make("pre", { tabindex: "0" }, make("code", {}, sql)),
    make("div", { class: "buttons" },
      make("button", { type: "button", onclick: copy }, say("copy")),
      make("button", { type: "button", onclick: () => dialog.close() }, say("close")), copied));
  document.body.append(dialog);
  dialog.showModal();
}

// A block of one query; without its mart it says what is missing.
function block(setName, titleKey, build, { wide = false, note = null } = {}) {
  const title = say(titleKey);
  const there = sets[setName] && sets[setName].count > 0;
  const content = there ? [build()].flat() : [make("p", { class: "empty" }, say(sets[setName] ? "no_rows" : "not_built"))];
  return make("section", { class: wide ? "block wide" : "block", "aria-label": title, "data-block": setName },
    make("header", {}, make("h2", {}, title), sets[setName] ? sqlButton(setName, title) : null),
    note ? make("p", { class: "note" }, note) : null,
    content);
}

function tile(title, value, setName, change = null) {
  return make("button", { type: "button", class: "tile", title: say("sql_of", { title }), "data-set": setName, onclick: () => showSql(setName, title) },
    make("span", { class: "name" }, title),
    make("span", { class: value.length > 11 ? "value long" : "value" }, value),
    change ? make("span", { class: "change" }, change) : null);
}

function tiles(...list) {
  return make("div", { class: "tiles" }, list);
}

// A column is [name, kind], or {name, kind, label, cell}.
function table(title, list, columns, { key = null } = {}) {
  const shapes = columns.map((column) => (Array.isArray(column) ? { name: column[0], kind: column[1] } : column));
  const sorted = { name: null, down: true };
  const body = make("tbody");
  const more = make("button", { type: "button", class: "more" });
  let limit = TABLE_ROWS;
  const heads = shapes.map((shape) => {
    const name = shape.label ?? label(shape.name);
    const number = NUMBERS.has(shape.kind) ? "number" : null;
    if (shape.cell) return make("th", { scope: "col", class: number }, make("span", {}, name));
    return make("th", { scope: "col", class: number }, make("button", { type: "button", onclick: () => sortBy(shape.name) }, name));
  });
  function sortBy(name) {
    sorted.down = sorted.name === name ? !sorted.down : true;
    sorted.name = name;
    shapes.forEach((shape, place) => {
      if (shape.name === name) heads[place].setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      else heads[place].removeAttribute("aria-sort");
    });
    fill();
  }
  function order(one, other) {
    const [a, b] = [one[sorted.name], other[sorted.name]];
    if (a === null || b === null) return (a === null) - (b === null);
    const way = a < b ? -1 : a > b ? 1 : 0;
    return sorted.down ? -way : way;
  }
  function fill() {
    const ordered = sorted.name ? [...list].sort(order) : list;
    body.replaceChildren(...ordered.slice(0, limit).map((row) => make("tr", { "data-key": key ? key(row) : null },
      shapes.map((shape, place) => make(place ? "td" : "th", { scope: place ? null : "row", class: cellClass(shape.kind), "data-column": shape.name },
        shape.cell ? shape.cell(row) : show(shape.kind, row[shape.name], row))))));
    more.hidden = list.length <= limit;
    more.textContent = say("show_all", { count: show("count", list.length) });
  }
  more.addEventListener("click", () => {
    limit = Infinity;
    fill();
  });
  fill();
  return make("div", { class: "table" },
    make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("table_of", { title }) },
      make("table", {}, make("caption", { class: "hidden" }, title), make("thead", {}, make("tr", {}, heads)), body)),
    more);
}

function cellClass(kind) {
  if (NUMBERS.has(kind)) return "number";
  return kind === "date" ? "date" : null;
}

function folded(content, name = say("as_table")) {
  return make("details", {}, make("summary", {}, name), content);
}

// Points of [time, value], in the order of time.
function sparkline(points) {
  if (points.length < 2) return "";
  const [width, height] = [96, 22];
  const most = Math.max(...points.map(([, value]) => value), 1);
  const [first, last] = [points[0][0], points[points.length - 1][0]];
  const place = ([time, value]) => `${(((time - first) / (last - first)) * width).toFixed(1)},${(height - 2 - (value / most) * (height - 4)).toFixed(1)}`;
  return make("svg", { class: "spark", viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, make("path", { d: `M${points.map(place).join("L")}` }));
}

function badge(value) {
  return make("span", { class: `badge ${tone(value)}` }, term(value));
}

function tone(value) {
  if (["works", "ok", "published"].includes(value)) return "good";
  if (["harms", "stopped", "broken"].includes(value)) return "bad";
  return value === "warned" || value === "accepted" ? "warn" : "plain";
}

function choice(name, title, options) {
  const select = make("select", { name, onchange: (event) => change({ [name]: event.target.value }) },
    options.map(([value, text]) => make("option", { value, selected: state[name] === value }, text)));
  return make("label", {}, make("span", {}, title), select);
}
