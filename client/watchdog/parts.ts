/** What the watchdog looks at, the roots first: each may explain those behind it. */
export const parts = ['engine', 'store', 'worker', 'api', 'overview'] as const;
export type Part = (typeof parts)[number];

/** For people. */
export const partNames: Readonly<Record<Part, string>> = {
  engine: 'engine',
  store: 'store',
  worker: 'worker',
  api: 'API',
  overview: 'Overview',
};

/** While one of these is gone, nothing is known of the part. */
export const explainedBy: Readonly<Record<Part, readonly Part[]>> = {
  engine: [],
  store: [],
  worker: ['engine'],
  api: ['store'],
  overview: ['engine', 'store', 'worker'],
};

/** What a look at one part showed. */
export interface Seen {
  readonly part: Part;
  /** `unchecked`: it could not be looked at, or there is nothing to look at yet. */
  readonly state: 'well' | 'gone' | 'unchecked';
  /** One sentence for people. */
  readonly text: string;
  /** How long the look took, in milliseconds. */
  readonly ms: number;
  /** Of Overview: when the service last said that it lives. */
  readonly at?: Date;
}
