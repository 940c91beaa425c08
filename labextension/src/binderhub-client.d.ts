declare module '@jupyterhub/binderhub-client/client.js' {
  export class BinderRepository {
    constructor(spec: string, buildEndpoint: URL);
    readonly buildUrl: URL;
  }
}

declare module '@jupyterhub/binderhub-client/spec.js' {
  export class LaunchSpec {
    static fromSearchParams(parameters: URLSearchParams): LaunchSpec;
    readonly urlPath: string;
    getJupyterServerRedirectUrl(server: URL, token: string): URL;
  }
}

declare module 'node:fs' {
  export function readFileSync(path: string, encoding: string): string;
}
