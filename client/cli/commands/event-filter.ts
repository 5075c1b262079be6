import { type OutboundType, outboundTypes } from '../../../domain/outbound.ts';
import { UsageError } from '../exit.ts';

/** Options that choose events. */
export interface FilterOptions {
  readonly event?: readonly string[];
  readonly company?: readonly string[];
  readonly app?: readonly string[];
  readonly connection?: readonly string[];
}

const isType = (text: string): text is OutboundType => (outboundTypes as readonly string[]).includes(text);

const list = (values: readonly string[] | undefined) => (values === undefined ? null : [...values]);
const isAll = (values: readonly string[]): boolean => values.includes('*');

/** What options name of a subscription that is there; `*` is all. @throws {UsageError} for an unknown event */
export function filterChangeOf(options: FilterOptions): Partial<ReturnType<typeof filterOf>> {
  const { event, company, app, connection } = options;
  const all = (values: readonly string[]) => (isAll(values) ? null : [...values]);
  return {
    ...(event === undefined ? {} : { events: isAll(event) ? [...outboundTypes] : filterOf(options).events }),
    ...(company === undefined ? {} : { companies: all(company) }),
    ...(app === undefined ? {} : { apps: all(app) }),
    ...(connection === undefined ? {} : { connections: all(connection) }),
  };
}

/** The filter that options name. @throws {UsageError} for an unknown event */
export function filterOf({ event, company, app, connection }: FilterOptions) {
  const events = event ?? outboundTypes;
  const wrong = events.find((one) => !isType(one));
  if (wrong !== undefined)
    throw new UsageError(`"${wrong}" is no event. There are: ${outboundTypes.join(', ')}.`);
  return {
    events: events.filter(isType),
    companies: list(company),
    apps: list(app),
    connections: list(connection),
  };
}
