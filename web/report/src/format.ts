// Numbers and times as people read them.

const SUPERSCRIPT: Record<string, string> = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

/**
 * Three decimals below ten, fewer above, powers of ten for the very small and the very large. Without
 * a unit zeros at the end stay, so that columns line up.
 */
export function formatNumber(value: number | null, unit = ""): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  let shown: string;
  if (Number.isInteger(value) && size < 1e7) shown = grouped(value, 0);
  else if (size < 5e-4 || size >= 1e7) shown = powers(value);
  else shown = grouped(value, size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0);
  if (unit && shown.includes(".")) shown = shown.replace(/0+$/, "").replace(/\.$/, "");
  return unit ? `${shown}${unit === "%" ? " %" : ` ${unit}`}` : shown;
}

function grouped(value: number, decimals: number): string {
  return value
    .toLocaleString("en-GB", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    .replace("-", "−");
}

function powers(value: number): string {
  const [digits = "", exponent = ""] = value.toExponential(1).split("e");
  const raised = [...exponent.replace("+", "")].map((one) => SUPERSCRIPT[one] ?? one).join("");
  return `${digits.replace("-", "−")}×10${raised}`;
}

export function formatCount(value: number | null): string {
  return value === null ? "–" : grouped(value, 0);
}

/** Short labels for axes: 10k, 2.5M, 0.001. */
export function formatTick(value: number): string {
  const size = Math.abs(value);
  for (const [limit, letter] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (size >= limit) return `${trimmed(value / limit)}${letter}`;
  }
  return size > 0 && size < 1e-3 ? powers(value).replace("1.0×", "") : trimmed(value);
}

function trimmed(value: number): string {
  return String(Number(value.toPrecision(4))).replace("-", "−");
}

const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  timeZone: "UTC",
});

export function formatMoment(rfc3339: string): string {
  const at = Date.parse(rfc3339);
  return Number.isFinite(at) ? MOMENT.format(at) : rfc3339 || "–";
}

/** A span of seconds in its largest fitting unit. */
export function formatSeconds(seconds: number): string {
  const size = Math.abs(seconds);
  if (size >= 2 * 86400) return `${trimmed(seconds / 86400)} d`;
  if (size >= 3600) return `${trimmed(seconds / 3600)} h`;
  if (size >= 60) return `${trimmed(seconds / 60)} min`;
  return size >= 1 || size === 0 ? `${trimmed(seconds)} s` : `${trimmed(seconds * 1e3)} ms`;
}

export function formatSpan(begin: string, end: string): string {
  const seconds = (Date.parse(end) - Date.parse(begin)) / 1000;
  return Number.isFinite(seconds) ? formatSeconds(Number(seconds.toPrecision(3))) : "–";
}

/** "srcip_share" and "l2_sensitivity" as a label. */
export function words(key: string): string {
  const spaced = key.replace(/_/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
