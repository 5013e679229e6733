//! What arrives.

use chrono::DateTime;
use flowgrid_tests::eventually;
use flowgrid_workers::mail::{Language, Letter, Mail, MailKind, Recipient};
use uuid::Uuid;

use crate::mime::{header, header_names, part};
use crate::server::{Act, Server};
use crate::world::{ADDRESS, TOKEN, World, quick, verification};

#[tokio::test]
async fn a_mail_arrives_with_both_parts_and_the_right_headers() {
    let (world, server) = (World::start().await, Server::start().await);
    let runner = world.run(&server.url(), quick());
    let id = world.put(&verification()).await;
    eventually("it arrives", async || server.taken().len() == 1).await;
    eventually("it is marked", async || world.is_empty().await).await;

    let letter = server.taken().remove(0);
    assert_eq!(letter.from, "MAIL FROM:<no-reply@flowgrid.example>");
    assert_eq!(letter.to, [format!("RCPT TO:<{ADDRESS}>")]);
    let message = &letter.data;
    let from = "Flowgrid Bürgernetz <no-reply@flowgrid.example>";
    assert_eq!(header(message, "From").replace('"', ""), from);
    let to = format!("Änne Müller <{ADDRESS}>");
    assert_eq!(header(message, "To").replace('"', ""), to);
    assert_eq!(
        header(message, "Subject"),
        "Bestätigen Sie Ihre E-Mail-Adresse"
    );
    let message_id = format!("<{}@flowgrid.example>", id.simple());
    assert_eq!(header(message, "Message-ID"), message_id);
    assert_eq!(header(message, "Auto-Submitted"), "auto-generated");
    assert_eq!(header(message, "MIME-Version"), "1.0");
    assert!(header(message, "Date").ends_with("+0000"));
    assert!(message.is_ascii(), "any server takes it");

    let link = format!("https://flowgrid.example/verify-email#token={TOKEN}");
    let text = part(message, "text/plain");
    assert!(
        text.contains(&format!("Adresse bestätigen:\n{link}\n")),
        "{text}"
    );
    let html = part(message, "text/html");
    assert!(html.contains(&format!("<a href=\"{link}\"")), "{html}");

    world.stop.send_replace(true);
    runner.join().await;
    assert_eq!(server.said().last().unwrap(), "QUIT");
    assert_eq!(world.outbox.counters().read().sent, 1);
}

#[tokio::test]
async fn lines_that_begin_with_a_dot_arrive_as_they_are() {
    let (world, server) = (World::start().await, Server::start().await);
    let _runner = world.run(&server.url(), quick());
    let letter = Letter {
        to: Recipient::new(ADDRESS, None).unwrap(),
        subject: "Dots".into(),
        text: ".\n..\n.hidden\nQUIT\n.\nend\n".into(),
        html: "<p>\n.\n</p>".into(),
    };
    let id = Uuid::now_v7();
    world.outbox.put_letter(id, "test", &letter).await.unwrap();
    eventually("it arrives", async || server.taken().len() == 1).await;
    let message = server.taken().remove(0).data;
    assert_eq!(part(&message, "text/plain"), letter.text.trim_end());
    assert_eq!(part(&message, "text/html"), letter.html);
}

#[tokio::test]
async fn a_subject_with_a_line_break_writes_no_header() {
    let (world, server) = (World::start().await, Server::start().await);
    let _runner = world.run(&server.url(), quick());
    let letter = Letter {
        to: Recipient::new(ADDRESS, None).unwrap(),
        subject: "Hello\r\nBcc: eve@example.org\r\n\r\nBody".into(),
        text: "text".into(),
        html: "html".into(),
    };
    let id = Uuid::now_v7();
    world.outbox.put_letter(id, "test", &letter).await.unwrap();
    eventually("it arrives", async || server.taken().len() == 1).await;
    let letter = server.taken().remove(0);
    assert!(
        !header_names(&letter.data).contains(&"bcc".to_owned()),
        "{}",
        letter.data
    );
    assert_eq!(letter.to.len(), 1);
}

#[tokio::test]
async fn the_server_is_logged_in_to() {
    let (world, server) = (World::start().await, Server::start().await);
    let url = server.url_with("flow:gr%20id@", "?tls=none");
    let _runner = world.run(&url, quick());
    world.put(&verification()).await;
    eventually("it arrives", async || server.taken().len() == 1).await;
    // base64 of \0flow\0gr id
    let expected = "AUTH PLAIN AGZsb3cAZ3IgaWQ=".to_owned();
    assert!(server.said().contains(&expected), "{:?}", server.said());
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let (world, server) = (World::start().await, Server::start().await);
    let url = server.url_with("flow:grid@", "");
    let _runner = world.run(&url, quick());
    world.put(&verification()).await;
    eventually("it fails", async || {
        world.outbox.counters().read().failed > 0
    })
    .await;
    let said = server.said().join("\n");
    assert!(!said.contains("AUTH") && !said.contains("MAIL"), "{said}");
    let row = world.rows().await.remove(0);
    assert!(row.contains("STARTTLS is not supported"), "{row}");
}

#[tokio::test]
async fn letters_that_follow_each_other_share_a_connection() {
    let (world, server) = (World::start().await, Server::start().await);
    let mut options = quick();
    options.senders = 1;
    let _runner = world.run(&server.url(), options);
    for number in 1..=5 {
        world.put(&verification()).await;
        eventually("it arrives", async || server.taken().len() == number).await;
    }
    eventually("all are marked", async || world.is_empty().await).await;
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_costs_no_attempt() {
    let (world, server) = (World::start().await, Server::start().await);
    server.tell(".", Act::AcceptAndDrop);
    let mut options = quick();
    options.senders = 1;
    let _runner = world.run(&server.url(), options);
    world.put(&verification()).await;
    eventually("the first arrives", async || world.is_empty().await).await;
    world.put(&verification()).await;
    eventually("the second arrives", async || world.is_empty().await).await;
    assert_eq!(server.taken().len(), 2);
    assert_eq!(world.outbox.counters().read().failed, 0);
}

#[tokio::test]
async fn an_address_outside_ascii_needs_a_server_that_takes_it() {
    let world = World::start().await;
    let (old, new) = (
        Server::start().await,
        Server::with(&["8BITMIME", "SMTPUTF8"]).await,
    );
    let mut mail = verification();
    mail.to = Recipient::new("änne@bürger.example.org", None).unwrap();
    let runner = world.run(&old.url(), quick());
    world.put(&mail).await;
    eventually("it is given up", async || {
        world.outbox.counters().read().given_up == 1
    })
    .await;
    world.stop.send_replace(true);
    runner.join().await;
    world.stop.send_replace(false);
    let _runner = world.run(&new.url(), quick());
    world.put(&mail).await;
    eventually("it arrives", async || new.taken().len() == 1).await;
    let to = "RCPT TO:<änne@xn--brger-kva.example.org>";
    assert_eq!(new.taken()[0].to, [to]);
}

#[tokio::test]
async fn the_end_of_an_organization_is_told_as_it_is_meant() {
    let (world, server) = (World::start().await, Server::start().await);
    let _runner = world.run(&server.url(), quick());
    let (organization, slug) = ("Stadt Hechingen".to_owned(), "hechingen".to_owned());
    let kinds = [
        MailKind::OrganizationClosing {
            organization: organization.clone(),
            slug: slug.clone(),
            until: DateTime::from_timestamp(1_784_887_151, 0).unwrap(),
        },
        MailKind::OrganizationKept { organization, slug },
    ];
    let abouts = ["soll geschlossen werden", "bleibt"];
    for (number, (kind, about)) in kinds.into_iter().zip(abouts).enumerate() {
        let to = Recipient::new(ADDRESS, None).unwrap();
        let language = Language::De;
        world.put(&Mail { to, kind, language }).await;
        eventually("it arrives", async || server.taken().len() > number).await;
        let message = server.taken().remove(number).data;
        assert_eq!(
            header(&message, "Subject"),
            format!("Stadt Hechingen {about}")
        );
        let text = part(&message, "text/plain");
        assert!(text.contains("„Stadt Hechingen“"), "{text}");
        let until = text.contains("24.07.2026 um 09:59 Uhr (UTC)");
        assert_eq!(until, about != "bleibt", "{text}");
    }
}
