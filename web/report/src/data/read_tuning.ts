// What `tracetwin tune --report` adds to the scores: the leaderboard of its search.
import { number, object, objects, text, type Loose } from "./loose";
import type { Tried, Tuning } from "./types";

export function readTuning(from: Loose): Tuning | null {
  const tried = objects(from["leaderboard"]).map(readTried);
  if (tried.length === 0) return null;
  return {
    searchedOn: text(from["searched_on"]),
    rungs: number(from["rungs"]),
    complete: from["complete"] !== false,
    tried,
  };
}

function readTried(from: Loose): Tried {
  const options = Object.entries(object(from["options"]));
  return {
    rank: number(from["rank"]),
    configuration: options
      .map(([name, value]) =>
        name === "method" ? text(value) : `${name.replace(/^network\./, "")} ${text(value)}`,
      )
      .join(", "),
    preset: from["preset"] === true,
    score: number(from["score"]),
    passes: typeof from["passes"] === "boolean" ? from["passes"] : null,
    rung: number(from["rung"]),
    seconds: number(from["seconds"]),
    fault: text(from["fault"]),
  };
}
