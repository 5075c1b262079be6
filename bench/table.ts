const nameWidth = 52;
const valueWidth = 18;

/** Figures, printed as they are measured. */
export interface Table {
  /** @param atMost The goal, in the same unit. A figure that could not be measured is no miss. */
  row(name: string, value: number | null, unit: string, atMost?: number): void;
  /** Names of the figures above their goals. */
  missed(): readonly string[];
}

export function createTable(): Table {
  const missed: string[] = [];
  return {
    row: (name, value, unit, atMost) => {
      const met = atMost === undefined || value === null || value <= atMost;
      if (!met) missed.push(name);
      const figure = value === null ? 'not known here' : `${written(value)} ${unit}`.trimEnd();
      const goal = atMost === undefined ? '' : `at most ${written(atMost)}${met ? '' : '  MISSED'}`;
      console.log(`${name.padEnd(nameWidth)}${figure.padStart(valueWidth)}  ${goal}`.trimEnd());
    },
    missed: () => missed,
  };
}

/** Three digits at least, no more behind the point than are meant. */
const written = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
