import ipaddr from 'ipaddr.js'

type Address = ipaddr.IPv4 | ipaddr.IPv6
/** An address and the number of leading bits that count. */
export type Network = [Address, number]

/** What of IPv6 has been given out. The rest is private, reserved, or IPv4 in disguise. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')
/** Azure's WireServer, which gives virtual machines their settings, at an address that looks public. */
const WIRE_SERVER = '168.63.129.16'

/**
 * Whether requests may go to an address: a public one, or one in a network that the operator
 * allows. An IPv4 address that is written as IPv6 counts as IPv4.
 */
export function isAllowed(text: string, allowed: readonly Network[]): boolean {
  if (!ipaddr.isValid(text)) return false
  const address = ipaddr.process(text)
  if (allowed.some(([network, bits]) => network.kind() === address.kind() && address.match(network, bits))) return true
  if (address.toString() === WIRE_SERVER) return false
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || address.match(GLOBAL_IPV6))
}

/** Networks such as `10.0.0.0/8,192.168.1.20,fd00::/8`; undefined if one is not valid. */
export function parseNetworks(text: string): Network[] | undefined {
  const parts = text.split(',').filter((part) => part.trim() !== '')
  const networks = parts.map((part) => parseNetwork(part.trim()))
  return networks.every((network) => network !== undefined) ? networks : undefined
}

function parseNetwork(text: string): Network | undefined {
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text)
  // A name, or a number such as 10, would be read as an address in an unusual form.
  if (!ipaddr.IPv4.isValidFourPartDecimal(text) && !ipaddr.IPv6.isValid(text)) return undefined
  const address = ipaddr.process(text)
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}
