const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A value as a formula has it. A text ends nowhere but at its end, whatever it holds. */
const literal = (value: string | number): string =>
  typeof value === 'number'
    ? String(value)
    : `"${value.replace(/[\\"\n\r\t]/g, (sign) => escapes[sign] ?? sign)}"`;

const reference = (field: string): string => `{${field.replace(/[\\}]/g, '\\$&')}}`;

/** Records whose field has one of the values. */
export const anyOf = (field: string, values: readonly (string | number)[]): string =>
  `OR(${values.map((value) => `${reference(field)}=${literal(value)}`).join(',')})`;
