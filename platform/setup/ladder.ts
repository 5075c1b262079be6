import { type ErrorCode, TributaryError } from '../../domain/errors.ts';

/** One way to come by a program. */
export interface Way<Program> {
  readonly name: string;
  /** What to install or set so that this way works. */
  readonly remedy: string;
  /**
   * Looks, within seconds, without making anything.
   * @returns `ready` if it is there, `possible` if it can be made, and what was seen
   * @throws if this way does not work, with the reason
   */
  look(): Promise<{ readonly state: 'ready' | 'possible'; readonly detail: string }>;
  /** Takes this way, which may need minutes. @throws if it fails, with the reason */
  take(say: Say): Promise<Program>;
}

/** Tells a person one line. */
export type Say = (line: string) => void;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).trim();

/**
 * Tries the ways in order and takes the first that works.
 * @throws {TributaryError} with `code` if none does; its message lists each way, what went wrong and what to install.
 */
export async function climb<Program>(
  code: ErrorCode,
  what: string,
  ways: readonly Way<Program>[],
  say: Say,
): Promise<Program> {
  const failures: string[] = [];
  for (const way of ways) {
    try {
      await way.look();
      return await way.take(say);
    } catch (error) {
      failures.push(`  - ${way.name}: ${reasonOf(error)}\n    To use it: ${way.remedy}`);
    }
  }
  const message = `No way to run the ${what} was found. Tried:\n${failures.join('\n')}`;
  throw new TributaryError(code, message);
}

/** How one way looks, for `tributary doctor`. */
export interface WayReport {
  /** `engine`, `store`, ... */
  readonly name: string;
  readonly way: string;
  /** `used`: this one is taken; `ready`: would work at once; `possible`: can be made; `missing`: does not work. */
  readonly state: 'used' | 'ready' | 'possible' | 'missing';
  readonly detail: string;
}

/** Looks at every way, and marks the one that would be taken. */
export async function survey<Program>(name: string, ways: readonly Way<Program>[]): Promise<WayReport[]> {
  const reports = await Promise.all(
    ways.map(async (way): Promise<WayReport> => {
      try {
        return { name, way: way.name, ...(await way.look()) };
      } catch (error) {
        return {
          name,
          way: way.name,
          state: 'missing',
          detail: `${reasonOf(error)}. To use it: ${way.remedy}`,
        };
      }
    }),
  );
  const taken = reports.findIndex(({ state }) => state !== 'missing');
  return reports.map((report, index) =>
    index === taken && report.state === 'ready' ? { ...report, state: 'used' } : report,
  );
}
