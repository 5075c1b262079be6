import { configurationFields } from '../../connectors/configuration-form.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import { configurationInputs } from './configuration-inputs.ts';
import { escaped, page } from './pages.ts';
import type { ParameterField } from './parameters.ts';

/** What a person types in, by the kind of the app's authorization; a configuration has a form of its own. */
export const credentialFields = {
  basic: [
    { name: 'username', label: 'User name', secret: false },
    { name: 'password', label: 'Password', secret: true },
  ],
  bearer: [{ name: 'token', label: 'Access token', secret: true }],
  apiKey: [{ name: 'key', label: 'API key', secret: true }],
  clientCredentials: [
    { name: 'clientId', label: 'Client id', secret: false },
    { name: 'clientSecret', label: 'Client secret', secret: true },
  ],
} as const;

/** What the page of a connect link shows. */
export interface ConnectPage {
  readonly definition: ConnectorDefinition;
  readonly company: string;
  /** The connection was authorized before. */
  readonly again: boolean;
  /** Ids of the resources that are read. */
  readonly resources: readonly string[];
  readonly parameters: readonly ParameterField[];
  /** What the person gave before; never secrets. */
  readonly values: Readonly<Record<string, string>>;
  /** Why an earlier try did not lead on. */
  readonly notices: readonly string[];
  readonly expiresAt: Date;
}

/** The page on which a customer sees who asks for what, and authorizes. No script; everything is escaped. */
export function connectPage(show: ConnectPage): string {
  const { definition, company, again, notices, expiresAt } = show;
  const app = definition.name;
  const title = again ? `Reconnect ${app} for ${company}` : `Connect ${app} for ${company}`;
  const intro = again
    ? `The access to the data of ${company} at ${app} has to be confirmed again. What was read before is kept. Please use the same ${app} account.`
    : `You are asked to let the data of ${company} at ${app} be read. Nothing is changed there.`;
  const notice =
    notices.length === 0
      ? ''
      : `<div class="notice" role="alert">${notices.map((text) => `<p>${escaped(text)}</p>`).join('')}</div>`;
  const body = `<main class="connect"><h1>${escaped(title)}</h1><p>${escaped(intro)}</p>${notice}
<h2>What is read</h2><ul>${resourceItems(show)}</ul>
<form method="post" autocomplete="off">${checklist(definition)}${parameterInputs(show)}${credentialInputs(show)}
<button type="submit">${escaped(definition.auth.kind === 'oauth2' ? `Continue to ${app}` : again ? 'Reconnect' : 'Connect')}</button></form>
<p class="hint">${escaped(nextHint(definition))} This link works until ${escaped(readable(expiresAt))} and ends once ${escaped(app)} is connected.</p></main>`;
  return page(title, body, '<meta name="robots" content="noindex">');
}

const nextHint = ({ auth, name }: ConnectorDefinition): string =>
  auth.kind === 'oauth2'
    ? `You sign in at ${name} itself; we never see your password.`
    : 'What you enter is stored encrypted and never shown again.';

/** `31 January 2026, 08:00 UTC` */
const readable = (at: Date): string =>
  `${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at).replace(' at ', ', ')} UTC`;

function resourceItems({ definition, resources }: ConnectPage): string {
  const read = definition.resources.filter(({ id }) => resources.includes(id));
  return read
    .map(({ name, description }) => {
      const more = description === undefined ? '' : `<br><span class="hint">${escaped(description)}</span>`;
      return `<li>${escaped(name)}${more}</li>`;
    })
    .join('');
}

function checklist({ prerequisites }: ConnectorDefinition): string {
  if (prerequisites.length === 0) return '';
  const items = prerequisites.map(({ id, text, url }) => {
    const link =
      url === undefined || !/^https?:/.test(url)
        ? ''
        : ` <a href="${escaped(url)}" target="_blank" rel="noopener noreferrer">How to do it</a>`;
    return `<label class="check"><input type="checkbox" name="done.${escaped(id)}" value="yes" required><span>${escaped(text)}${link}</span></label>`;
  });
  return `<h2>Before you begin</h2>${items.join('')}`;
}

function parameterInputs({ parameters, values }: ConnectPage): string {
  return parameters
    .map((field) => {
      const { name, title, description, required, choices } = field;
      const id = `parameter.${escaped(name)}`;
      const hint =
        description === undefined ? '' : `<p class="hint" id="${id}.hint">${escaped(description)}</p>`;
      const common = `id="${id}" name="${id}"${required ? ' required' : ''}${hint === '' ? '' : ` aria-describedby="${id}.hint"`}`;
      const label = `<label for="${id}">${escaped(title)}${required ? '' : ' (optional)'}</label>${hint}`;
      return (
        label +
        (choices === undefined
          ? textInput(field, common, values[name])
          : select(choices, common, values[name]))
      );
    })
    .join('');
}

function textInput({ pattern, example }: ParameterField, common: string, value = ''): string {
  const rule = pattern !== undefined && browserTakes(pattern) ? ` pattern="${escaped(pattern)}"` : '';
  const shown = example === undefined ? '' : ` placeholder="${escaped(example)}"`;
  return `<input type="text" ${common}${rule}${shown} value="${escaped(value)}">`;
}

function select(choices: readonly string[], common: string, value = ''): string {
  const options = choices.map(
    (one) => `<option value="${escaped(one)}"${one === value ? ' selected' : ''}>${escaped(one)}</option>`,
  );
  return `<select ${common}><option value="">Please choose</option>${options.join('')}</select>`;
}

/** A pattern of an input is for the whole value, and by the rules of the flag v. */
function browserTakes(pattern: string): boolean {
  if (!pattern.startsWith('^') || !pattern.endsWith('$')) return false;
  try {
    return new RegExp(pattern, 'v') !== undefined;
  } catch {
    return false;
  }
}

function credentialInputs({ definition: { auth }, values }: ConnectPage): string {
  if (auth.kind === 'oauth2') return '';
  if (auth.kind === 'configuration') return configurationInputs(configurationFields(auth.schema), values);
  return credentialFields[auth.kind]
    .map(({ name, label, secret }) => {
      const id = `credential.${name}`;
      const type = secret ? 'password' : 'text';
      return `<label for="${id}">${label}</label><input type="${type}" id="${id}" name="${id}" required autocomplete="off" spellcheck="false">`;
    })
    .join('');
}
