//! Renewing the agent's certificate at half of its life, or late, by proof of the same key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ordain_wire::{RenewRequest, RenewResponse};
use rcgen::{KeyPair, SigningKey as _};
use sha2::{Digest as _, Sha256};

use crate::command::{CommandError, Kind};
use crate::enrol::{post, understood};
use crate::home::{self, Enrolment, Home, HomeError};
use crate::proxy::Proxy;

/// Renews where half of the certificate's life is over; says whether it did.
pub async fn renew_if_due(
    home: &Home,
    enrolment: &Enrolment,
    proxy: Option<&Proxy>,
) -> Result<bool, CommandError> {
    let could_not = |error: HomeError| CommandError::chain(Kind::CouldNot, &error);
    let (certificate, validity) = home.certificate().map_err(could_not)?;
    let now = home::now();
    if now < validity.half_life() {
        return Ok(false);
    }
    let key = home.key().map_err(could_not)?;
    let csr = home::signing_request(&key).map_err(could_not)?;
    let signature = proof(&key, &enrolment.agent, now, &csr).map_err(|error| {
        CommandError::new(Kind::CouldNot, format!("the key cannot sign: {error}"))
    })?;
    let request =
        RenewRequest { agent: enrolment.agent.clone(), csr, certificate, issued: now, signature };
    let (server, pin) = home.controller(enrolment).map_err(could_not)?;
    let answer = post(&server, proxy, &pin, "/agent/v1/renew", &request).await?;
    let response: RenewResponse = understood(&answer)?;
    home::certificate_of(&response.certificate).map_err(|why| {
        CommandError::new(Kind::CouldNot, format!("the renewed certificate is none: {why}"))
    })?;
    home.keep_certificate(&response.certificate).map_err(could_not)?;
    Ok(true)
}

/// What proves the key: base64 of an ECDSA signature (ASN.1 DER) over
/// `ordain-renew-v1\nAGENT\nISSUED\nHASH`, HASH being SHA-256 of the request in
/// lower-case hexadecimal.
fn proof(key: &KeyPair, agent: &str, issued: i64, csr: &str) -> Result<String, rcgen::Error> {
    let text = format!("ordain-renew-v1\n{agent}\n{issued}\n{}", hex::encode(Sha256::digest(csr)));
    Ok(BASE64.encode(key.sign(text.as_bytes())?))
}
