// Domains and ticks. Logarithmic axes are labelled at powers of ten only, time in round units.
import { formatSeconds, formatTick } from "../format";

export type ScaleKind = "linear" | "log" | "time";

export interface AxisPlan {
  kind: ScaleKind;
  domain: [number, number];
  ticks: number[];
  label(value: number): string;
}

// Seconds since 1970 are larger than this, seconds since the start of a trace are not.
const EPOCH = 5e8;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200];
const DAY = 86400;

export function planAxis(values: number[], kind: ScaleKind, room: number): AxisPlan {
  const usable = values.filter((value) => kind !== "log" || value > 0);
  let low = usable.reduce((a, b) => Math.min(a, b), Infinity);
  let high = usable.reduce((a, b) => Math.max(a, b), -Infinity);
  if (low > high) [low, high] = kind === "log" ? [1, 10] : [0, 1];
  if (low === high) [low, high] = kind === "log" ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
  const domain: [number, number] = [low, high];
  if (kind === "log") return { kind, domain, ticks: powersOfTen(domain, room), label: formatTick };
  if (kind === "time") return planTime(domain, room);
  return { kind, domain, ticks: roundSteps(domain, room), label: formatTick };
}

function powersOfTen([low, high]: [number, number], room: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  if (last - first < 1) {
    return ladder(first - 1, last + 1).filter((tick) => tick >= low && tick <= high);
  }
  const every = Math.max(1, Math.ceil((last - first + 1) / room));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += every) ticks.push(10 ** power);
  return ticks;
}

/** 1, 2, 5, 10, 20, 50, … for axes too short for powers of ten. */
function ladder(first: number, last: number): number[] {
  const ticks: number[] = [];
  for (let power = first; power <= last; power += 1) {
    for (const times of [1, 2, 5]) ticks.push(Number((times * 10 ** power).toPrecision(3)));
  }
  return ticks;
}

function roundSteps([low, high]: [number, number], room: number): number[] {
  const rough = (high - low) / Math.max(1, room - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((times) => times * power >= rough * 0.999) ?? 10) * power;
  return multiples(low, high, step);
}

function multiples(low: number, high: number, step: number): number[] {
  const ticks: number[] = [];
  for (let count = Math.ceil(low / step - 1e-9); count * step <= high + step * 1e-9; count += 1) {
    ticks.push(Number((count * step).toPrecision(12)));
  }
  return ticks;
}

function planTime(domain: [number, number], room: number): AxisPlan {
  const rough = (domain[1] - domain[0]) / Math.max(1, room - 1);
  if (rough < 1) return { kind: "time", domain, ticks: roundSteps(domain, room), label: moment };
  const step = STEPS.find((one) => one >= rough) ?? Math.ceil(rough / DAY) * DAY;
  const label = domain[0] < EPOCH ? formatSeconds : (value: number) => clock(value, step);
  return { kind: "time", domain, ticks: multiples(domain[0], domain[1], step), label };
}

function clock(seconds: number, step: number): string {
  const iso = new Date(seconds * 1000).toISOString();
  if (step >= DAY) return iso.slice(5, 10);
  return step >= 60 ? iso.slice(11, 16) : iso.slice(11, 19);
}

/** A time in full, for readouts. */
export function moment(seconds: number): string {
  if (seconds < EPOCH) return formatSeconds(Number(seconds.toPrecision(5)));
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
