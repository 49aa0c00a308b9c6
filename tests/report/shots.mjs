// Pictures for the eye: light and dark, the whole page, and what a printer would get.

export async function takeShots(page, stem, print) {
  await page.screenshot({ path: `${stem}.light.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: `${stem}.dark.png`, fullPage: true });
  await page.emulateMedia({ colorScheme: "light" });
  if (print) await page.pdf({ path: `${stem}.pdf`, preferCSSPageSize: true });
}
