import { describe, expect, it, vi } from 'vitest';

import { Catalogue } from './catalogue';
import { Server } from './testing/server';

const HIT = { name: 'pandas', version: '2' };

function started(pause = 0) {
  const server = new Server();
  server.answer('GET packages?q=pan&limit=20', { packages: [HIT] });
  server.answer('GET packages?q=pand&limit=20', { packages: [HIT] });
  return { server, catalogue: new Catalogue(server.request, pause) };
}

describe('the catalogue', () => {
  it('asks once for what is typed, after a pause', async () => {
    const { server, catalogue } = started(20);
    ['p', 'pa', 'pan'].forEach(typed => catalogue.look(typed));
    expect(catalogue.hits).toBeNull();
    await vi.waitFor(() => expect(catalogue.hits).toEqual([HIT]));
    expect(server.asked.length).toBe(1);
  });

  it('drops an answer that comes too late, and remembers it', async () => {
    const { server, catalogue } = started();
    catalogue.look('pan');
    await vi.waitFor(() => expect(server.asked.length).toBe(1));
    catalogue.look('pand');
    expect(catalogue.hits).toBeNull();
    await vi.waitFor(() => expect(catalogue.hits).not.toBeNull());
    catalogue.look('PAN ');
    expect(catalogue.hits).toEqual([HIT]);
    expect(server.asked.length).toBe(2);
  });

  it('says why there is no answer, and asks again when it is asked again', async () => {
    const { server, catalogue } = started();
    server.answer('GET packages?q=x&limit=20', { message: 'No answer.', code: 'unreachable' }, 502);
    catalogue.look('x');
    await vi.waitFor(() => expect(catalogue.error?.message).toBe('No answer.'));
    catalogue.look('');
    expect(catalogue.error).toBeNull();
    server.answer('GET packages?q=x&limit=20', { packages: [] });
    catalogue.look('x');
    await vi.waitFor(() => expect(catalogue.hits).toEqual([]));
  });

  it('searches the channels that are named', async () => {
    const { server, catalogue } = started();
    catalogue.look('pan', ['a b']);
    await vi.waitFor(() => expect(server.asked[0].path).toContain('&channel=a%20b'));
  });
});
