import type { OpenAPIV3_1 } from 'openapi-types';
import { errors } from '../../domain/errors.ts';
import { escaped, page } from './pages.ts';

type Operation = OpenAPIV3_1.OperationObject;

const json = (value: unknown): string => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`;

/** Text of ours in which `code` is marked. */
const prose = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []) as readonly OpenAPIV3_1.ParameterObject[];
  const rows = parameters.map(
    ({ name, in: place, required, description = '' }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td>${prose(description)}</td></tr>`,
  );
  const body = (operation.requestBody as OpenAPIV3_1.RequestBodyObject | undefined)?.content[
    'application/json'
  ];
  const answers = Object.entries(operation.responses ?? {}).filter(([status]) => status !== 'default');
  const answerHtml = answers.map(([status, answer]) => {
    const { content = {} } = answer as OpenAPIV3_1.ResponseObject;
    const [kind, first] = Object.entries(content)[0] ?? [];
    return `<h4>${escaped(status)} ${escaped(kind ?? '')}</h4>${first?.schema === undefined ? '' : json(first.schema)}`;
  });
  const open = operation.security?.length === 0 ? ' (no token)' : '';
  return `<details><summary><b>${method.toUpperCase()}</b> <code>${escaped(path)}</code> ${escaped(operation.summary ?? '')}${open}</summary>
<p>${prose(operation.description ?? '')}</p>
${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}
${body?.schema === undefined ? '' : `<h4>Body</h4>${json(body.schema)}`}${body?.example === undefined ? '' : `<h4>Such as</h4>${json(body.example)}`}
${answerHtml.join('')}</details>`;
}

/** The OpenAPI document as a page for people: routes by tag, then the error table. It needs no script. */
export function docsPage(document: OpenAPIV3_1.Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({
      path,
      method,
      operation: operation as Operation,
    })),
  );
  const sections = (document.tags ?? []).map(({ name }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name));
    return `<h2>${escaped(name)}</h2>${own.map(({ method, path, operation }) => operationHtml(method, path, operation)).join('')}`;
  });
  const errorRows = Object.entries(errors).map(
    ([code, { httpStatus, message, whatToDo }]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${httpStatus}</td><td>${escaped(message)}</td><td>${escaped(whatToDo)}</td></tr>`,
  );
  const body = `<h1>Tributary API</h1><p>${prose(document.info.description ?? '')}</p>
<p>Send the token as <code>Authorization: Bearer ...</code>. The same as data: <a href="/api/openapi.json">/api/openapi.json</a>.</p>
${sections.join('')}
<h2>Errors</h2><table><tr><th>code</th><th>status</th><th>meaning</th><th>what to do</th></tr>${errorRows.join('')}</table>`;
  return page('Tributary API', body);
}
