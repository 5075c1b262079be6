import type { CredentialsOptions } from '../commands/credentials.ts';
import { readSecret, sessionFacts } from '../commands/shared.ts';
import type { Context } from '../context.ts';
import { exitCodes, UsageError } from '../exit.ts';
import { createLive } from '../output/live.ts';
import { watchSessions } from '../sessions.ts';
import { type Answers, type FileAnswers, readAnswers } from './answers.ts';
import { createTerminal, type Person, Stopped } from './person.ts';
import { templateOf } from './template.ts';
import { walk } from './walk.ts';

/** As a shell has it of a process that Ctrl-C ended. */
const interruptedCode = 130;

/** How `tributary connect` asks. */
export interface WalkCommandOptions extends CredentialsOptions {
  readonly yes?: boolean;
  readonly file?: string;
}

/** Prints a file of answers for an app. */
export async function printTemplate(context: Context, appId: string): Promise<void> {
  const app = await (await context.api()).getApp(appId);
  context.answer({ template: `${templateOf(app).join('\n')}\n` }, () => templateOf(app));
}

/**
 * Walks through the wizard and follows the first session to its end.
 * @param options Those of the command that are no answers.
 * @throws {UsageError} without a terminal and without --yes; what {@link walk} throws
 */
export async function connectByWalk(
  context: Context,
  app: string,
  { yes = false, file, secretFile }: WalkCommandOptions,
  options: Answers,
): Promise<void> {
  if (!yes && (context.json || !process.stdin.isTTY))
    throw new UsageError(
      `There is nobody to ask here. Add --yes, with --company and what else has no default (tributary connect ${app} --template shows all of it), or --detach for the consent link alone.`,
    );
  const answers = await together(file === undefined ? {} : await readAnswers(file), options, secretFile);
  const api = await context.api();
  const person: Person = yes ? { say: context.note } : createTerminal();
  let goOn = `tributary connect ${app}`;
  const stop = (): void => {
    person.rest?.();
    context.note(`\nStopped; what was answered is kept. Go on with: ${goOn}`);
    process.exit(interruptedCode);
  };
  process.once('SIGINT', stop);
  try {
    const { connectionId, sessionId } = await walk({
      ...{ api, app, answers, person },
      onConnection: (id, company) => {
        goOn = `tributary connect ${app} --company ${company}${id === `${app}-${company}` ? '' : ` --id ${id}`}`;
      },
    });
    goOn = `tributary session watch ${connectionId}`;
    if (sessionId === null) {
      context.answer({ connectionId, sessionId }, () => [
        `${connectionId} is STARTED. Its first session: tributary why ${connectionId}`,
      ]);
      return;
    }
    const live = createLive(context.json ? process.stderr : process.stdout);
    const [session] = await watchSessions(api, [{ name: sessionId, id: sessionId }], { live });
    if (session === undefined) return;
    context.answer(session, () => ['', ...sessionFacts(session)]);
    if (session.code !== 19) process.exitCode = exitCodes.failed;
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stop();
  } finally {
    process.off('SIGINT', stop);
    person.rest?.();
  }
}

/** Options go before the file; the secret is only ever in a file or in the environment. */
async function together(file: FileAnswers, options: Answers, secretFile?: string): Promise<Answers> {
  const { secretFile: named, ...rest } = file;
  const path = secretFile ?? named;
  const secret = path === undefined ? process.env.TRIBUTARY_APP_SECRET || undefined : await readSecret(path);
  return {
    ...{ ...rest, ...options },
    ...(secret === undefined ? {} : { secret }),
    connector: { ...rest.connector, ...options.connector },
    parameters: { ...rest.parameters, ...options.parameters },
  };
}
