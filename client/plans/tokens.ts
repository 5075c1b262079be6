import { createHash, randomBytes } from 'node:crypto';
import { canonical } from '../../activities/structuring/canonical.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, PlanDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { PlannedCall } from './arguments.ts';

type Ports = { readonly stores: Pick<Stores, 'plans'>; readonly now: () => Date };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What is not given and what is left out are one; of credentials only their kind is looked at. */
function hashOf({ procedure, arguments: given }: PlannedCall): string {
  const told: object =
    procedure === 'updateConnectionConfiguration'
      ? { ...given, credentials: given.credentials?.kind ?? null }
      : given;
  return sha256(canonical(JSON.parse(JSON.stringify(told)) as JsonValue));
}

/** A disconnect that began counts as done. */
export const boundStatus = ({ status, ownCode }: ConnectionDoc): ConnectionDoc['status'] =>
  ownCode === 26 ? 'DISCONNECTED' : status;

/** Makes the token of a plan; only its hash is stored. */
export async function issueToken(
  { stores }: Ports,
  connection: ConnectionDoc,
  call: PlannedCall,
  { by, expiresAt }: { readonly by: Actor; readonly expiresAt: Date },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await stores.plans.put({
    _id: sha256(token),
    connectionId: connection._id,
    generation: connection.generation,
    status: boundStatus(connection),
    procedure: call.procedure,
    argumentsHash: hashOf(call),
    by,
    expiresAt,
  });
  return token;
}

/**
 * Uses a plan: of several calls with one token exactly one gets through.
 * @returns what gives it back, for a call of which nothing came
 * @throws {TributaryError} PLAN_MISMATCH, PLAN_USED, PLAN_EXPIRED
 */
export async function useToken(
  { stores, now }: Ports,
  connection: ConnectionDoc,
  call: PlannedCall,
  token: string,
): Promise<() => Promise<void>> {
  const plan = await stores.plans.get(sha256(token));
  if (plan === null) throw mismatch('There is no plan with this token.');
  const other = otherCall(plan, connection, call);
  if (other !== null) throw mismatch(other);
  if (plan.uses > 0) throw new TributaryError('PLAN_USED');
  const moved = movedSince(plan, connection);
  if (moved !== null) throw mismatch(moved);
  if (plan.expiresAt <= now())
    throw new TributaryError('PLAN_EXPIRED', `The plan was valid until ${plan.expiresAt.toISOString()}.`);
  if (!(await stores.plans.use(plan._id))) throw new TributaryError('PLAN_USED');
  return () => stores.plans.giveBack(plan._id);
}

function otherCall(plan: PlanDoc, connection: ConnectionDoc, call: PlannedCall): string | null {
  if (plan.connectionId !== connection._id) return 'The plan is for another connection.';
  if (plan.procedure !== call.procedure) return `The plan is for ${plan.procedure}.`;
  return plan.argumentsHash === hashOf(call)
    ? null
    : `The plan is for ${plan.procedure} with other arguments.`;
}

function movedSince(plan: PlanDoc, connection: ConnectionDoc): string | null {
  if (plan.generation !== connection.generation)
    return `The plan is for generation ${plan.generation}; the connection is in ${connection.generation}.`;
  const status = boundStatus(connection);
  return plan.status === status
    ? null
    : `The connection was ${plan.status} when this was planned, and is ${status} now.`;
}

const mismatch = (message: string): TributaryError => new TributaryError('PLAN_MISMATCH', message);
