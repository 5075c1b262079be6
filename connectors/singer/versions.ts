/** What a record of a version is to the read. */
export type Standing = 'current' | 'old';

/**
 * Keeps the versions of a full table: `ACTIVATE_VERSION` says that only rows of that version are there.
 */
export function createVersions() {
  let activated: number | null = null;
  /** Versions of rows that were given; more than two are not told apart. */
  const given = new Set<number | null>();
  return {
    activate: (version: number): void => {
      // An older one cannot come back.
      activated = Math.max(activated ?? version, version);
    },
    /** How a row of that version stands to what was activated. */
    standing(version: number | null): Standing {
      if (version !== null && activated !== null && version < activated) return 'old';
      if (given.size < 3) given.add(version);
      return 'current';
    },
    /** Whether the rows that were given are all of the one version that was activated. */
    complete: (): boolean => activated !== null && [...given].every((version) => version === activated),
    /** Whether a version was activated, and yet rows of others were given. */
    mixed: (): boolean => activated !== null && [...given].some((version) => version !== activated),
  };
}
