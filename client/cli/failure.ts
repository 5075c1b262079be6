import { errors, TributaryError } from '../../domain/errors.ts';
import { statusOf, UsageError } from './exit.ts';
import { plain } from './output/table.ts';

/** A failure as the CLI shows it: a problem document (RFC 9457). */
export interface CliProblem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail?: string;
  readonly whatToDo?: string;
  readonly [more: string]: unknown;
}

/** A failure of any kind as a problem document. */
export function problemOf(error: unknown): CliProblem {
  if (error instanceof TributaryError) {
    const { code, details, message } = error;
    const kind = errors[code];
    const whatToDo = code === 'UNAUTHENTICATED' ? 'Give it with --token or TRIBUTARY_TOKEN.' : kind.whatToDo;
    return { status: statusOf(error), title: kind.message, ...details, detail: message, code, whatToDo };
  }
  const title = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return { status: 400, code: 'USAGE', title };
  return { status: 500, code: 'UNKNOWN_ERROR', title };
}

/** One readable line: code, what went wrong, what to do. Messages that list something keep their lines. */
export function failureLine(error: unknown): string {
  const { code, title, detail, whatToDo: general, allowed } = problemOf(error);
  // What the problem document names in a field of its own, a person reads in the sentence.
  const calls =
    Array.isArray(allowed) && allowed.length > 0 ? `Possible now: ${allowed.join(', ')}.` : general;
  const whatToDo = general?.includes('"allowed"') === true ? calls : general;
  const said = (detail ?? title).split('\n').map(plain).join('\n');
  const end = /[.!?:]$/.test(said) || said.includes('\n') ? '' : '.';
  const faults = faultsOf(problemOf(error)).filter((fault) => !said.includes(fault));
  const where = faults.length > 0 ? ` (${faults.join('; ')})` : '';
  // Some messages name the way out themselves, more exactly.
  const known = whatToDo === undefined || said.includes(whatToDo.split(/[,.;]/)[0] ?? '');
  return `${code}: ${said}${end}${where}${known ? '' : `${said.includes('\n') ? '\n' : ' '}${whatToDo}`}`;
}

/** The paths of what is wrong with a body, where the API names them. */
function faultsOf(problem: CliProblem): string[] {
  const list = problem.faults;
  if (!Array.isArray(list)) return [];
  return list.map((fault: Readonly<Record<string, unknown>>) =>
    plain([fault.path ?? fault.setting, fault.message ?? fault.fault].filter(Boolean).map(String).join(': ')),
  );
}
