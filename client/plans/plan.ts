import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import type { Plan } from '../api/schemas/plans.ts';
import type { PlannedCall } from './arguments.ts';
import { effectsOf, losesData } from './effects.ts';
import { answerOf } from './refusal.ts';
import { issueToken, useToken } from './tokens.ts';

/** Says what a call would do, and gives the token that the call may carry. Changes nothing. */
export async function makePlan(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
  by: Actor,
): Promise<Plan> {
  const { responseCode, message } = await answerOf(deps, connection, call);
  const { _id: connectionId, generation, status, configurationStatus } = connection;
  const told = {
    ...{ connectionId, generation, status, configurationStatus, responseCode, message },
    procedure: call.procedure,
  };
  if (responseCode !== 'OK')
    return {
      ...{ ...told, token: null, expiresAt: null, allowed: false, losesData: false, sentences: [message] },
      ...{ session: null, purges: [], reloads: [], rawBatches: null, runs: [], changes: [] },
    };
  const effects = await effectsOf(deps, connection, call);
  const expiresAt = new Date(deps.now().getTime() + deps.planMs);
  const token = await issueToken(deps, connection, call, { by, expiresAt });
  const { sentences, purges, reloads, runs, changes } = effects;
  return {
    ...{ ...told, token, expiresAt: expiresAt.toISOString(), allowed: true },
    ...effects,
    sentences: [...sentences],
    purges: [...purges],
    reloads: [...reloads],
    runs: runs.map(({ schedule, before, after }) => ({ schedule, before: [...before], after: [...after] })),
    changes: changes.map(({ setting, from, to }) => ({ setting, from, to })),
  };
}

/** Of these nothing came. */
const withoutEffect: readonly string[] = ['PROCEDURE_RUNNING', 'PROCEDURE_REFUSED', 'PROCEDURE_INVALID'];

/**
 * Makes a call that may need a plan: where data would go only with the token of one, which it uses up. A call of
 * which nothing came gives the token back.
 * @throws {TributaryError} PLAN_REQUIRED with `plan`; PLAN_MISMATCH, PLAN_USED, PLAN_EXPIRED; what `make` throws
 */
export async function withPlan<T>(
  deps: RouteDeps,
  connection: ConnectionDoc,
  { planToken, by, ...call }: PlannedCall & { readonly planToken: string | undefined; readonly by: Actor },
  make: () => Promise<T>,
): Promise<T> {
  const planned = call as PlannedCall;
  if (planToken === undefined) {
    if (await losesData(deps, connection, planned)) {
      const plan = await makePlan(deps, connection, planned, by);
      // What is refused anyway is refused by the call itself.
      if (plan.allowed) throw new TributaryError('PLAN_REQUIRED', plan.sentences.join(' '), { plan });
    }
    return make();
  }
  const giveBack = await useToken(deps, connection, planned, planToken);
  try {
    return await make();
  } catch (error) {
    if (error instanceof TributaryError && withoutEffect.includes(error.code)) await giveBack();
    throw error;
  }
}
