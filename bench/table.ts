const nameWidth = 52;
const valueWidth = 18;

/** What a figure should be, in its own unit. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** Figures, printed as they are measured. */
export interface Table {
  /** A figure that could not be measured is no miss. */
  row(name: string, value: number | null, unit: string, goal?: Goal): void;
  /** Names of the figures that miss their goals. */
  missed(): readonly string[];
}

export function createTable(): Table {
  const missed: string[] = [];
  return {
    row: (name, value, unit, goal) => {
      const met = goal === undefined || value === null || meets(value, goal);
      if (!met) missed.push(name);
      const figure = value === null ? 'not known here' : `${written(value)} ${unit}`.trimEnd();
      const wanted = goal === undefined ? '' : `${goalText(goal)}${met ? '' : '  MISSED'}`;
      console.log(`${name.padEnd(nameWidth)}${figure.padStart(valueWidth)}  ${wanted}`.trimEnd());
    },
    missed: () => missed,
  };
}

const meets = (value: number, goal: Goal): boolean =>
  'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
const goalText = (goal: Goal): string =>
  'atMost' in goal ? `at most ${written(goal.atMost)}` : `at least ${written(goal.atLeast)}`;

/** Three digits at least, no more behind the point than are meant. */
const written = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
