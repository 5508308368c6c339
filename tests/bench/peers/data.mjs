// Records of about 650 bytes, like a customer's.
const TOWNS = ["طرابلس", "بنغازي", "مصراتة", "الزاوية", "سبها", "زليتن", "الخمس", "درنة"];

export function record(number) {
  const row = {
    name: `شركة النور للتجارة رقم ${number}`,
    city: TOWNS[number % TOWNS.length],
    phone: `09123${String(number).padStart(5, "0")}`,
    remarks: "زبون قديم يفضّل التسليم صباحاً ويدفع نقداً عند الاستلام",
    latitude: 32.8 + (number % 1000) / 10000,
    longitude: 13.1 + (number % 700) / 10000,
  };
  for (let field = 0; field < 14; field += 1) row[`field_${field}`] = `قيمة ${field * 7 + (number % 97)}`;
  return row;
}

export async function timed(work) {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function median(of) {
  return [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)];
}
