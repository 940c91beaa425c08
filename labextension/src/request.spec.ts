import { describe, expect, it } from 'vitest';

import { EnvsError, url } from './request';
import { Server } from './testing/server';

describe('request', () => {
  it('joins the base URL, encodes path segments and keeps their slashes', async () => {
    const server = new Server();
    server.answer('GET pins/a%20b/%C3%A9.ipynb', { ok: true });
    expect(await server.request(url('pins', 'a b/é.ipynb'))).toEqual({ ok: true });
  });

  it('sends a body as JSON', async () => {
    const server = new Server();
    server.answer('POST environments', {}, 202);
    await server.request('environments', { method: 'POST', body: { name: 'x' } });
    expect(server.asked[0].body).toEqual({ name: 'x' });
  });

  it('gives plain text as text', async () => {
    const server = new Server();
    server.answer('GET jobs/j1/log', 'one\ntwo');
    expect(await server.request('jobs/j1/log')).toBe('one\ntwo');
  });

  it("turns the server's error into one with its code, hints and fields", async () => {
    const server = new Server();
    const body = { message: 'No.', code: 'name-taken', hints: ['Another.'], fields: { name: 'x' } };
    server.answer('POST environments', body, 409);
    const failed = server.request('environments', { method: 'POST' });
    await expect(failed).rejects.toMatchObject({ ...body, status: 409 });
    await expect(failed).rejects.toBeInstanceOf(EnvsError);
  });

  it('says what it knows when a proxy answers', async () => {
    const server = new Server();
    server.answer('GET environments', '<h1>Bad gateway</h1>', 502);
    await expect(server.request('environments')).rejects.toMatchObject({
      code: 'http',
      status: 502,
      message: 'The Jupyter server answered 502.'
    });
  });

  it('does not take a page for an answer, nor half of one', async () => {
    const server = new Server();
    server.answer('GET environments', '{"environments": []}');
    expect(typeof (await server.request('environments'))).toBe('string');
    for (const [type, text] of [
      ['text/html', '<form action="/hub/login">'],
      ['application/json', '{"environments": [']
    ]) {
      server.answers.set('GET environments', () => ({ body: text, type }));
      await expect(server.request('environments')).rejects.toMatchObject({ code: 'unreadable' });
    }
  });

  it('says that nothing answers', async () => {
    const server = new Server();
    server.answers.set('GET environments', () => {
      throw new TypeError('Failed to fetch');
    });
    await expect(server.request('environments')).rejects.toMatchObject({
      code: 'no-answer',
      status: 0
    });
  });
});
