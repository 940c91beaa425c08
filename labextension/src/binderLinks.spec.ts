// BinderHub's own client as an oracle: each link of tests/examples/binder-links.json means to it what it says there.

import { BinderRepository } from '@jupyterhub/binderhub-client/client.js';
import { LaunchSpec } from '@jupyterhub/binderhub-client/spec.js';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface IExample {
  hub: string;
  notebook: string;
  content?: string;
  spec: string;
  opens: string;
  url: string;
}

const EXAMPLES = JSON.parse(
  readFileSync('../tests/examples/binder-links.json', 'utf8')
) as IExample[];

/** The files that JupyterLab is asked for, from the path of an address. */
const opened = (address: URL): string =>
  decodeURIComponent(address.pathname.replace(/^.*\/lab(\/tree\/)?/, ''));

describe('BinderHub’s client', () => {
  it('has at least 30 links to read', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(30);
  });

  it.each(EXAMPLES)('reads $url', example => {
    const hub = example.hub.replace(/\/$/, '');
    const url = new URL(example.url);
    expect(url.href).toBe(example.url);
    expect(url.href.startsWith(`${hub}/v2/`)).toBe(true);
    expect(url.hash + url.username + url.password).toBe('');
    const spec = url.href.slice(`${hub}/v2/`.length).split('?')[0];
    expect(spec).toBe(example.spec);

    const launch = LaunchSpec.fromSearchParams(url.searchParams);
    expect(launch.urlPath).toBe(example.opens);
    const server = new URL('https://server.example.org/user/one/');
    const landed = launch.getJupyterServerRedirectUrl(server, 'secret');
    if (example.content === undefined) {
      expect(opened(landed)).toBe(example.notebook);
      expect([...landed.searchParams.keys()]).toEqual(['token']);
    } else {
      expect(landed.pathname).toBe('/user/one/git-pull');
      const inner = new URL(
        landed.searchParams.get('urlpath') ?? '',
        'https://server.example.org/user/one/'
      );
      const [, ...rest] = opened(inner).split('/');
      expect(rest.join('/')).toBe(example.notebook);
    }

    const build = new BinderRepository(spec, new URL(`${hub}/build`));
    expect(build.buildUrl.href).toBe(`${hub}/build/${example.spec}`);
  });
});
