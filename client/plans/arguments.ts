import { z } from 'zod';
import { faultsOf } from '../api/faults.ts';
import { invalid } from '../api/problem.ts';
import { slug } from '../api/schemas/common.ts';
import { credentialsBody, parameters } from '../api/schemas/connections.ts';
import { configurationBody, resourceBody } from '../api/schemas/resources.ts';
import { type ConnectionSettings, settings } from '../api/schemas/settings.ts';
import { finalizing } from '../api/schemas/wizard.ts';

/** What may be planned. */
export const plannedProcedures = [
  'updateSettings',
  'updatePool',
  'updateConnectionConfiguration',
  'updateResource',
  'finalizeConfiguration',
  'pause',
  'resume',
  'resetConfiguration',
  'disconnect',
] as const;

export type PlannedProcedure = (typeof plannedProcedures)[number];

const nothing = z.strictObject({});
const { note: _resourceNote, ...resourceFields } = resourceBody.shape;
const { note: _configurationNote, ...configurationFields } = configurationBody.shape;

/** Whether anything but `but` is given. */
const names = (given: object, but?: string): boolean =>
  Object.entries(given).some(([name, value]) => name !== but && value !== undefined);

/** Of each procedure what it is called with, but for note and token. */
const forms = {
  updateSettings: settings.refine((given) => names(given), 'names no setting'),
  updatePool: z.strictObject({ pool: slug }),
  updateConnectionConfiguration: z
    .strictObject({ parameters: parameters.optional(), credentials: credentialsBody.optional() })
    .refine((given) => names(given), 'names neither parameters nor credentials'),
  updateResource: z
    .strictObject({
      resource: slug,
      ...resourceFields,
      configuration: z.strictObject({ id: slug, ...configurationFields }).optional(),
      remove: slug.optional(),
    })
    .refine((given) => names(given, 'resource'), 'names nothing that changes'),
  finalizeConfiguration: z.strictObject(finalizing),
  pause: nothing,
  resume: nothing,
  resetConfiguration: nothing,
  disconnect: z.strictObject({ keepData: z.boolean().default(false) }),
} as const satisfies Record<PlannedProcedure, z.ZodType>;

/** A procedure with its arguments, parsed. */
export type PlannedCall = {
  readonly [P in PlannedProcedure]: {
    readonly procedure: P;
    readonly arguments: P extends 'updateSettings' ? ConnectionSettings : z.output<(typeof forms)[P]>;
  };
}[PlannedProcedure];

/** A call of one procedure. */
export type CallOf<P extends PlannedProcedure> = Extract<PlannedCall, { readonly procedure: P }>;

/** @throws {TributaryError} INVALID_INPUT where the arguments have not the form of the procedure */
export function plannedCall(procedure: PlannedProcedure, given: unknown): PlannedCall {
  const parsed = forms[procedure].safeParse(given ?? {});
  if (parsed.success) return { procedure, arguments: parsed.data } as PlannedCall;
  const found = parsed.error.issues.map(({ code, path, message, ...params }) => ({
    ...{ keyword: code, schemaPath: '', instancePath: `/${path.join('/')}` },
    ...{ params, message },
  }));
  throw invalid(...faultsOf('body.arguments', found));
}
