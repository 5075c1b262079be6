import type { CheckSetting } from '../../../domain/checks.ts';
import type { SettingsBody } from '../../api/schemas/procedures.ts';
import { UsageError } from '../exit.ts';

type Given = NonNullable<SettingsBody['checks']>;
type Setting = CheckSetting;

const form = /^([^/\s]+)\/([A-Za-z]+)=(default|off|warn|block)((?:,(?:atLeast|atMost)=[0-9.e+-]+)*)$/;

/**
 * What a connection has set of its checks, with some of them changed: `orders/freshness=block,atMost=2`,
 * `*` for all resources, `default` for what is learned alone. The API says which resources and checks there are.
 * @throws {UsageError} for what has another form
 */
export function checkSettingsWith(present: Given, asked: readonly string[]): Given {
  const after: Record<string, Record<string, Setting>> = structuredClone(present) as never;
  for (const text of asked) {
    const [, resource, check, severity, limits = ''] = form.exec(text) ?? [];
    if (resource === undefined || check === undefined)
      throw new UsageError(
        `"${text}" is not <resource>/<check>=<off, warn, block or default>[,atLeast=<number>][,atMost=<number>].`,
      );
    const of = { ...after[resource] };
    if (severity === 'default') delete of[check];
    else
      of[check] = {
        severity: severity as Setting['severity'],
        ...Object.fromEntries(
          limits
            .split(',')
            .filter((limit) => limit !== '')
            .map((limit) => [
              limit.slice(0, limit.indexOf('=')),
              Number(limit.slice(limit.indexOf('=') + 1)),
            ]),
        ),
      };
    if (Object.keys(of).length > 0) after[resource] = of;
    else delete after[resource];
  }
  return after as Given;
}
