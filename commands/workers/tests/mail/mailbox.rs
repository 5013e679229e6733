//! The mailbox of a developer's machine.

use flowgrid_tests::eventually;
use flowgrid_workers::mail::{MailRunner, Mailbox, Transport};

use crate::world::{ADDRESS, TOKEN, World, quick, verification};

#[tokio::test]
async fn without_a_mail_server_letters_are_kept_to_be_read_the_newest_of_them() {
    let world = World::start().await;
    let mut owner = world.owner().await;
    sqlx::raw_sql(
        "insert into mail.mailbox (id, recipient, subject, body_text, body_html)
         select gen_random_uuid(), 'old', n::text, '', '' from generate_series(1, 500) n",
    )
    .execute(&mut owner)
    .await
    .unwrap();
    let mailbox = Mailbox::open(&world.url).unwrap();
    let transport = Transport::mailbox(mailbox.clone());
    let stop = world.stop.subscribe();
    let _runner = MailRunner::start(world.outbox.clone(), transport, quick(), stop);
    let id = world.put(&verification()).await;
    eventually("it is there", async || world.is_empty().await).await;

    let letters = mailbox.list(1_000).await.unwrap();
    assert_eq!(letters.len(), 500);
    assert_eq!((letters[0].id, letters[0].to.as_str()), (id, ADDRESS));
    assert!(letters[0].text.contains(TOKEN) && letters[0].html.contains(TOKEN));
    assert_eq!(letters[499].subject, "2");
    assert_eq!(mailbox.list(3).await.unwrap().len(), 3);
    let json = serde_json::to_value(&letters[0]).unwrap();
    assert!(json["receivedAt"].is_string());
}
