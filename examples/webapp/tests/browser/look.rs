//! The look of the pages: on a phone, in the dark, and to weak eyes.

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Person, Site};

/// The narrowest phone, a common one and a laptop.
const SCREENS: [(u32, u32); 3] = [(320, 568), (390, 844), (1280, 800)];

/// The lowest contrast of all texts with their backgrounds (WCAG 2, §1.4.3 wants 4.5). The backgrounds have no pictures.
const LOWEST_CONTRAST: &str = r"(() => {
  const parts = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const light = (color) => {
    const [r, g, b] = parts(color).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (element) => {
    const { backgroundColor } = getComputedStyle(element);
    const isClear = parts(backgroundColor)[3] === 0;
    return isClear && element.parentElement ? background(element.parentElement) : backgroundColor;
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const contrasts = [...document.body.querySelectorAll('*')].filter(hasText).map((element) => {
    const [low, high] = [light(getComputedStyle(element).color), light(background(element))].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
  return Math.min(...contrasts);
})()";

#[test]
fn every_page_fits_on_a_phone_and_is_readable_in_the_dark() {
    let site = Site::start();
    // The pictures are for people: TOKCACHE_SCREENSHOTS names a folder for them.
    let scratch = TempDir::new().unwrap();
    let folder = std::env::var_os("TOKCACHE_SCREENSHOTS").map_or(scratch.path().to_owned(), Into::into);
    for scheme in ["light", "dark"] {
        let person = Person::with(json!({"colorScheme": scheme, "reducedMotion": "reduce"}));
        let check = |name: &str| {
            for (width, height) in SCREENS {
                person.call("setViewportSize", json!([{"width": width, "height": height}]));
                let overflow = person.evaluate("document.documentElement.scrollWidth - innerWidth");
                assert!(overflow.as_i64() <= Some(0), "{name} is {overflow} px wider than {width} px");
                let file = folder.join(format!("{name}-{scheme}-{width}.png"));
                person.call("screenshot", json!([{"path": file, "fullPage": true}]));
            }
            let contrast = person.evaluate(LOWEST_CONTRAST).as_f64().unwrap();
            assert!(contrast >= 4.5, "{name}, {scheme}: {contrast}");
            let paper = person.evaluate("getComputedStyle(document.body).backgroundColor");
            let is_dark = paper.as_str().unwrap().starts_with("rgb(1");
            assert_eq!(is_dark, scheme == "dark", "{name}: {paper}");
        };
        person.open(&site.at("/"));
        check("start");
        person.sign_in("alice_whose_name_is_longer_than_a_phone_is_wide_and_has_no_place_to_break");
        check("home");
        person.call_api(&site.origin);
        check("api");
        assert_eq!(person.open(&site.at("/nowhere")), 404);
        check("failure");
    }
}
