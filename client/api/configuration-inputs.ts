import type { ConfigurationField } from '../../connectors/configuration-form.ts';
import { escaped } from './pages.ts';

/** The name of a field's input on the page. */
export const inputName = ({ id }: ConfigurationField): string => `configuration.${id}`;

/** What stands in an input before anybody types; never a secret. */
function shownValue(field: ConfigurationField, values: Readonly<Record<string, string>>): string {
  if (field.kind === 'secret') return '';
  const before = values[inputName(field)];
  const { default: byDefault } = field;
  if (before !== undefined || byDefault === undefined || byDefault === null) return before ?? '';
  if (field.kind === 'yesNo') return byDefault === true ? 'yes' : 'no';
  if (field.kind === 'list' && Array.isArray(byDefault)) return byDefault.map(String).join(', ');
  return typeof byDefault === 'string' ? byDefault : JSON.stringify(byDefault);
}

const choiceText = (choice: unknown): string =>
  typeof choice === 'string' ? choice : JSON.stringify(choice);

function input(field: ConfigurationField, common: string, value: string): string {
  const { kind, long, choices = [], example } = field;
  const options = kind === 'yesNo' ? ['yes', 'no'] : choices.map(choiceText);
  if (options.length > 0) {
    const items = options.map(
      (one) => `<option value="${escaped(one)}"${one === value ? ' selected' : ''}>${escaped(one)}</option>`,
    );
    return `<select ${common}><option value="">Please choose</option>${items.join('')}</select>`;
  }
  const shown = example === undefined ? '' : ` placeholder="${escaped(example)}"`;
  if (long === true || kind === 'json')
    return `<textarea ${common} rows="4" autocomplete="off" spellcheck="false"${shown}>${escaped(value)}</textarea>`;
  const type = kind === 'secret' ? 'password' : 'text';
  const numeric = kind === 'number' ? ' inputmode="decimal"' : '';
  return `<input type="${type}" ${common}${numeric} autocomplete="off" spellcheck="false"${shown} value="${escaped(value)}">`;
}

const kindHints: Partial<Readonly<Record<ConfigurationField['kind'], string>>> = {
  list: 'Several are separated by commas.',
  json: 'As JSON.',
};

/**
 * The inputs of a configuration, without script: fields that only one choice asks for stand below it, with a line that
 * says so.
 * @param values What the person gave before, by the name of the input; never secrets.
 */
export function configurationInputs(
  fields: readonly ConfigurationField[],
  values: Readonly<Record<string, string>>,
): string {
  return fields
    .map((field) => {
      const { title, description, required, when, kind } = field;
      const name = escaped(inputName(field));
      const only = when === undefined ? [] : [`Only for: ${when.choice}.`];
      const said = [...only, ...(description === undefined ? [] : [description]), kindHints[kind] ?? ''];
      const text = said.filter((one) => one !== '').join(' ');
      const hint = text === '' ? '' : `<p class="hint" id="${name}.hint">${escaped(text)}</p>`;
      const isNeeded = required && when === undefined;
      const common = `id="${name}" name="${name}"${isNeeded ? ' required' : ''}${hint === '' ? '' : ` aria-describedby="${name}.hint"`}`;
      const label = `<label for="${name}">${escaped(title)}${required ? '' : ' (optional)'}</label>${hint}`;
      return label + input(field, common, shownValue(field, values));
    })
    .join('');
}
