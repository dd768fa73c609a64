// Numbers, days and words in the reader's language.

const LOCALES = { en: "en-GB", zh: "zh-CN" };
const MISSING = "–";
// No minus before what is rounded to nothing.
const SIGN = { signDisplay: "negative" };
const formats = new Map();

function formatter(kind, options) {
  const key = `${state.language} ${kind.name} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new kind(LOCALES[state.language], options));
  return formats.get(key);
}

function say(key, values = {}) {
  const text = TEXTS[state.language].page[key] ?? TEXTS.en.page[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function label(column) {
  const known = TEXTS[state.language].columns[column] ?? TEXTS.en.columns[column];
  return known ?? words(column);
}

// A word of the data, such as a verdict or the name of a rule.
function term(value) {
  if (value === null || value === undefined || value === "") return MISSING;
  const ours = TEXTS[state.language].terms[value] ?? TEXTS.en.terms[value];
  return ours ?? words(String(value));
}

function words(name) {
  const text = name.replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const shown = {
  count: (value) => formatter(Intl.NumberFormat, { maximumFractionDigits: 1 }).format(value),
  number: (value) => formatter(Intl.NumberFormat, { maximumSignificantDigits: 3 }).format(value),
  score: (value) => formatter(Intl.NumberFormat, { minimumFractionDigits: 3, maximumFractionDigits: 3, ...SIGN }).format(value),
  rate: (value) => formatter(Intl.NumberFormat, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, ...SIGN }).format(value),
  ratio: (value) => formatter(Intl.NumberFormat, { minimumFractionDigits: 2, maximumFractionDigits: 2, ...SIGN }).format(value),
  date: (value) => formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(value.length > 10 ? `${value}Z` : value)),
  time: (value) => formatter(Intl.DateTimeFormat, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" }).format(new Date(`${value}Z`)),
  flag: (value) => say(value ? "yes" : "no"),
  text: (value) => String(value),
  term,
  label,
  campaign: campaignName,
  money(value, row) {
    const digits = Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0;
    const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, ...SIGN };
    if (!row || !/^[A-Z]{3}$/.test(row.currency || "")) return formatter(Intl.NumberFormat, options).format(value);
    return formatter(Intl.NumberFormat, { style: "currency", currency: row.currency, ...options }).format(value);
  },
};
const NUMBERS = new Set(["count", "number", "score", "rate", "ratio", "money"]);

function show(kind, value, row) {
  return value === null || value === undefined ? MISSING : shown[kind](value, row);
}

function showInterval(kind, lower, upper, row) {
  if (lower === null && upper === null) return MISSING;
  return say("from_to", { lower: show(kind, lower, row), upper: show(kind, upper, row) });
}
