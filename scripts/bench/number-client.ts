/** One client process's way to one system. */
export interface NumberClient {
  /**
   * Takes one number for one caller.
   * @param caller 0 to callers-1 of this process. A caller asks again only when it has got its last number.
   */
  next(caller: number): Promise<bigint>;
  close(): Promise<void>;
}

/** What a client process must know to reach a system: data only, it goes through a channel. */
export type ClientSettings =
  | { readonly kind: "redis"; readonly port: number }
  | { readonly kind: "redis-block"; readonly port: number }
  | { readonly kind: "postgres"; readonly port: number; readonly user: string }
  | { readonly kind: "etcd"; readonly port: number }
  | { readonly kind: "seqcard"; readonly path: string }
  | { readonly kind: "seqcard-daemon"; readonly socket: string }
  | { readonly kind: "daemon-redis"; readonly port: number };

/** How many callers one client process has, and on how many connections. */
export interface ClientShape {
  readonly callers: number;
  readonly connections: number;
}
