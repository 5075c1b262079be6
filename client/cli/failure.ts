import { errors, TributaryError } from '../../domain/errors.ts';
import { type Problem, ProblemError, UnreachableError, UsageError } from './exit.ts';
import { plain } from './output/table.ts';

/** A failure of any kind as a problem document. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof UnreachableError)
    return {
      status: 0,
      code: 'API_UNREACHABLE',
      title: error.message,
      whatToDo: 'Start it with "npm start", or name another address with --url or TRIBUTARY_URL.',
    };
  if (error instanceof TributaryError) {
    const { httpStatus, whatToDo } = errors[error.code];
    return { status: httpStatus, code: error.code, title: error.message, whatToDo };
  }
  const title = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return { status: 400, code: 'USAGE', title };
  return { status: 500, code: 'UNKNOWN_ERROR', title };
}

/** One readable line: code, what went wrong, what to do. Messages that list something keep their lines. */
export function failureLine(error: unknown): string {
  const { code, title, detail, whatToDo } = problemOf(error);
  const said = (detail ?? title).split('\n').map(plain).join('\n');
  const end = /[.!?:]$/.test(said) || said.includes('\n') ? '' : '.';
  const faults = faultsOf(problemOf(error)).filter((fault) => !said.includes(fault));
  const where = faults.length > 0 ? ` (${faults.join('; ')})` : '';
  // Some messages name the way out themselves, more exactly.
  const known = whatToDo === undefined || said.includes(whatToDo.split(/[,.;]/)[0] ?? '');
  return `${code}: ${said}${end}${where}${known ? '' : `${said.includes('\n') ? '\n' : ' '}${whatToDo}`}`;
}

/** The paths of what is wrong with a body, where the API names them. */
function faultsOf(problem: Problem): string[] {
  const list = problem.faults;
  if (!Array.isArray(list)) return [];
  return list.map((fault: Readonly<Record<string, unknown>>) =>
    plain([fault.path ?? fault.setting, fault.message ?? fault.fault].filter(Boolean).map(String).join(': ')),
  );
}
