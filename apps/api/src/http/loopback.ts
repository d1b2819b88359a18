/** Whether only this machine can connect to a server that listens on this address. */
export const isLoopback = (address: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i.test(address.trim())
