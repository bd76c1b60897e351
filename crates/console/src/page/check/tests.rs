use axum::http::StatusCode;

use crate::sample::Sample;

#[test]
fn without_results_there_is_a_button() {
    let body = Sample::example().get("/").ok();
    assert!(body.contains("Obtain latest check results"), "{body}");
    assert!(body.contains("There are no results yet"), "{body}");
}

#[test]
fn a_switch_takes_effect_at_once_and_is_audited() {
    let sample = Sample::checked();
    let row = |body: &str| {
        let from = body.find("/item/open-ssh/switch").unwrap();
        body[from..].split("</form>").next().unwrap().to_owned()
    };
    assert!(row(&sample.get("/").ok()).contains(r#"aria-checked="true""#));
    assert_eq!(sample.post("/item/open-ssh/switch", "on=no").status, StatusCode::SEE_OTHER);
    assert!(row(&sample.get("/").ok()).contains(r#"aria-checked="false""#));
    let log = sample.console.store.audit_log(None, 1).unwrap();
    assert_eq!((log[0].who.as_str(), log[0].subject.as_str()), ("local", "open-ssh"));
}

#[test]
fn a_form_without_the_token_is_refused() {
    let sample = Sample::checked();
    let forged = sample.post("/item/open-ssh/switch", "on=no&token=");
    assert!(forged.status.is_client_error());
    assert_eq!(sample.post("/item/nothing/switch", "on=no").status, StatusCode::NOT_FOUND);
}
