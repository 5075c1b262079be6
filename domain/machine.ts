/** A status as one machine names it: a number for sessions, a word elsewhere. */
export type Status = string | number;

/**
 * One row of a state table. `from: null` means that the thing does not exist yet.
 * A row with `when` or `unless` holds only while the named fact is true or false.
 */
export interface Transition<S extends Status, E extends string, F extends string = never> {
  readonly from: readonly (S | null)[];
  readonly event: E;
  readonly to: S;
  readonly when?: F;
  readonly unless?: F;
}

/** A state machine as data. Everything else (types, guards, diagrams, 409 bodies) is made from it. */
export interface MachineDefinition<S extends Status, E extends string, F extends string = never> {
  readonly name: string;
  readonly statuses: readonly S[];
  /** Statuses that no event leaves. */
  readonly ends: readonly S[];
  readonly transitions: readonly Transition<S, E, F>[];
}

/** What is known when an event arrives; a fact that is not named is false. */
export type Facts<F extends string> = { readonly [K in F]?: boolean };

/** The answer to an event: the next status, or what would have been allowed instead. */
export type Move<S extends Status, E extends string> =
  | { readonly ok: true; readonly from: S | null; readonly event: E; readonly to: S }
  | { readonly ok: false; readonly from: S | null; readonly event: E; readonly allowed: readonly E[] };

export interface Machine<S extends Status, E extends string, F extends string = never>
  extends MachineDefinition<S, E, F> {
  /** Pure: the same status, event and facts always give the same answer. Never throws. */
  readonly advance: (status: S | null, event: E, facts?: Facts<F>) => Move<S, E>;
  /** The events that the table takes in a status, in the order of the table. */
  readonly allowed: (status: S | null, facts?: Facts<F>) => readonly E[];
  /** The statuses in which an event is taken: what a 409 answer calls expected. */
  readonly takes: (event: E) => readonly (S | null)[];
  readonly isStatus: (value: unknown) => value is S;
}

/**
 * Makes a machine from its table.
 * @throws Error when the table names an unknown status, leaves an end, or answers one event twice.
 */
export function defineMachine<const S extends Status, const E extends string, const F extends string = never>(
  definition: MachineDefinition<S, E, F>,
): Machine<S, E, F> {
  const { name, statuses, ends, transitions } = definition;
  for (const row of transitions) {
    for (const status of [...row.from, row.to]) {
      if (status !== null && !statuses.includes(status)) throw new Error(`${name}: unknown status ${status}`);
      if (status !== null && ends.includes(status) && row.from.includes(status))
        throw new Error(`${name}: ${row.event} leaves ${status}, which is an end`);
    }
  }
  const holds = (row: Transition<S, E, F>, facts: Facts<F>) =>
    (row.when === undefined || facts[row.when] === true) &&
    (row.unless === undefined || facts[row.unless] !== true);
  const allowed = (status: S | null, facts: Facts<F> = {}) => [
    ...new Set(
      transitions.filter((row) => row.from.includes(status) && holds(row, facts)).map((row) => row.event),
    ),
  ];
  return {
    ...definition,
    allowed,
    advance: (status, event, facts = {}) => {
      const rows = transitions.filter(
        (row) => row.event === event && row.from.includes(status) && holds(row, facts),
      );
      const row = rows[0];
      if (row === undefined) return { ok: false, from: status, event, allowed: allowed(status, facts) };
      if (rows.length > 1) throw new Error(`${name}: ${event} in ${status} has ${rows.length} answers`);
      return { ok: true, from: status, event, to: row.to };
    },
    takes: (event) => [
      ...new Set(transitions.filter((row) => row.event === event).flatMap((row) => row.from)),
    ],
    isStatus: (value): value is S => (statuses as readonly unknown[]).includes(value),
  };
}
