import type { ConnectorDefinition, WebhookMeaning } from '../schema.ts';

/** What an event means to us, and which resource it speaks of. */
export interface EventMeaning {
  readonly means: WebhookMeaning;
  readonly resource?: string;
}

type Rules = Pick<ConnectorDefinition, 'webhooks' | 'resources'>;

/** Whether a type fits the pattern of a rule, in which `*` stands for any characters. */
function fits(pattern: string, type: string): boolean {
  if (!pattern.includes('*')) return pattern === type;
  const escaped = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 's').test(type);
}

/**
 * What a type of event means: the first rule that fits counts, and a type that fits none is ignored. Without rules
 * `grant.revoked` is a revocation, `<resource>.failed` a failure, and any other type loads: its resource, where the
 * type is one or begins with one and a dot.
 */
export function meaningOf({ webhooks, resources }: Rules, type: string): EventMeaning {
  const rules = webhooks?.events;
  if (rules !== undefined) {
    const rule = rules.find((one) => fits(one.type, type));
    if (rule === undefined) return { means: 'ignore' };
    return rule.resource === undefined
      ? { means: rule.means }
      : { means: rule.means, resource: rule.resource };
  }
  if (type === 'grant.revoked') return { means: 'revoked' };
  const resource = resources.find(({ id }) => type === id || type.startsWith(`${id}.`))?.id;
  const means = type.endsWith('.failed') ? 'failed' : 'load';
  return resource === undefined ? { means } : { means, resource };
}
