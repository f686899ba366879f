// What the invented business sells, to whom, and the cars it meets. Names, plates and numbers are made up; the phone numbers
// use the area code 00, which nobody can have.
import type { PricedService } from '../orders/price-list.ts';
import type { Random } from './random.ts';

/** The price list that the server is started with for the demo. */
export const DEMO_SERVICES: readonly PricedService[] = [
  { code: 'body', name: 'Body wash', minutes: 20, drying: true, price: 1_900 },
  { code: 'body-vacuum', name: 'Body wash and vacuum', minutes: 25, drying: true, price: 2_950 },
  { code: 'full', name: 'Full wash and vacuum', minutes: 25, drying: true, price: 3_450 },
  { code: 'wax', name: 'Wash and wax', minutes: 35, drying: true, price: 6_200 },
  { code: 'wax-underbody', name: 'Wash, wax and underbody', minutes: 40, drying: true, price: 9_500 },
  { code: 'van', name: 'Van wash', minutes: 30, drying: true, price: 4_800 },
  { code: 'bike', name: 'Motorbike wash', minutes: 15, drying: true, price: 1_500 },
  { code: 'chassis', name: 'Chassis wash', minutes: 25, drying: false, price: 4_200 },
  { code: 'engine', name: 'Engine bay clean', minutes: 30, drying: false, price: 3_900 },
  { code: 'interior', name: 'Interior clean', minutes: 40, drying: false, price: 5_400 },
];

/** A car before anybody asked for a service. */
export interface Car {
  readonly plate: string;
  readonly vehicle: string;
  readonly colour: string;
}

const CARS = ['Toyota Aqua', 'Toyota Prius', 'Toyota Axio', 'Toyota Allion', 'Honda Vezel', 'Honda Fit', 'Suzuki Alto', 'Suzuki Wagon R', 'Suzuki Swift'];
const LARGER_CARS = ['Nissan X-Trail', 'Kia Sportage', 'Mazda Axela', 'BMW 520d', 'Mitsubishi L200', 'Mitsubishi Montero', 'Hyundai Tucson', 'Micro Panda'];
const VANS = ['Toyota HiAce', 'Nissan Caravan', 'Toyota KDH', 'Suzuki Every'];
const BIKES = ['Bajaj Pulsar', 'Honda Dio', 'Yamaha FZ', 'TVS Ntorq'];
const COLOURS = ['white', 'silver', 'black', 'grey', 'blue', 'red', 'pearl', 'bronze'];
const LETTERS = Array.from('ABCDEFGHJKLMNPQRSTUVWXY');
const FIRST_NAMES = [
  'Chamari',
  'Ruwani',
  'Sunil',
  'Priyantha',
  'Nadeesha',
  'Fathima',
  'Arjun',
  'Kumari',
  'Lasith',
  'Meera',
  'Rizwan',
  'Tharushi',
  'Janaka',
  'Selvi',
];
const LAST_NAMES = [
  'Gunawardena',
  'Wickramasinghe',
  'Nadarajah',
  'Herath',
  'Samarakoon',
  'Ismail',
  'De Alwis',
  'Karunaratne',
  'Liyanage',
  'Sivakumar',
  'Peiris',
];

/** The catalogue row of a code; undefined where nothing is sold under it. */
export function findService(code: string): PricedService | undefined {
  return DEMO_SERVICES.find((service) => service.code === code);
}

/** A service (any, unless one is given) and a car that goes with it; no van gets a motorbike wash. The plate is none of `taken`. */
export function drawVisit(random: Random, taken: ReadonlySet<string>, wanted?: PricedService): { car: Car; service: PricedService } {
  const service = wanted ?? random.pick(DEMO_SERVICES);
  const vehicle = random.pick(vehiclesFor(service.code));
  return { service, car: { plate: drawPlate(random, taken), vehicle, colour: random.pick(COLOURS) } };
}

/** A plate as on the island's roads, 'CBF 4821' or 'KY 3392', that is none of `taken`. */
export function drawPlate(random: Random, taken: ReadonlySet<string>): string {
  for (let attempt = 0; attempt < 100; attempt++) {
    const plate = `${drawSeries(random)} ${String(random.between(1, 9_999)).padStart(4, '0')}`;
    if (!taken.has(plate)) return plate;
  }
  throw new RangeError('Too many plates are taken.');
}

export function drawCustomer(random: Random): { readonly name: string; readonly phone: string } {
  const name = `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}`;
  return { name, phone: `+94 00 555 ${String(random.between(0, 9_999)).padStart(4, '0')}` };
}

function drawSeries(random: Random): string {
  const letter = () => random.pick(LETTERS);
  return random.next() < 0.65 ? `C${random.pick(['A', 'B'])}${letter()}` : `${random.pick(['K', 'P', 'G', 'N', 'L'])}${letter()}`;
}

function vehiclesFor(code: string): readonly string[] {
  if (code === 'van') return VANS;
  if (code === 'bike') return BIKES;
  return code === 'wax-underbody' || code === 'chassis' ? LARGER_CARS : [...CARS, ...LARGER_CARS];
}
