//! A person's picture: drawn anew, kept in the file store, named in the log.

use axum::body::Bytes;
use flowgrid_bus::{Role, Tenant};
use flowgrid_commands::Outcome;
use flowgrid_domain::Patch;
use flowgrid_domain::memberships::Membership;
use flowgrid_domain::people::{AvatarId, Person, PersonCommand, ProfileRequest};
use uuid::Uuid;

use super::profile::ATTEMPTS;
use super::{Identity, Profiled};
use crate::error::ApiError;
use crate::files::{FileKey, Files, FilesError, NotDrawn};
use crate::request::Conditions;

/// When to come back while too many pictures wait, in seconds.
const SOON_S: u64 = 2;

/// A picture as it is served.
pub struct Picture {
    /// Another picture has another one.
    pub id: Uuid,
    /// A WebP.
    pub bytes: Bytes,
}

impl Identity {
    /// Keeps what [`crate::files::drawn_anew`] makes of an upload, in place of the one before. It is
    /// what shows from then on, also where the profile named a picture elsewhere.
    ///
    /// # Errors
    /// [`ApiError::Refused`] for what is no picture that we take.
    pub async fn change_avatar(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        upload: Bytes,
        conditions: &Conditions,
    ) -> Result<Profiled, ApiError> {
        let drawn = self.people.atelier.draw(upload).await?;
        let picture = self.new_id();
        let key = FileKey::avatar(person, picture);
        // The file first: whoever reads of it in the log finds it.
        self.files()?.put(&key, drawn).await?;
        let replaced = self.replace(person, Some(picture), conditions).await;
        if was_not_taken(&replaced, picture) {
            self.discard(person, &picture.to_string()).await;
        }
        let outcome = self.show_own(person, replaced?).await?;
        self.profiled(person, tenant, role, &outcome).await
    }

    /// Shows no picture any more. Without one, it is nothing to do.
    ///
    /// # Errors
    /// [`ApiError::VersionMismatch`] where the caller has read another revision.
    pub async fn remove_avatar(
        &self,
        person: Uuid,
        tenant: &Tenant,
        role: Role,
        conditions: &Conditions,
    ) -> Result<Profiled, ApiError> {
        let outcome = self.replace(person, None, conditions).await?;
        let outcome = self.show_own(person, outcome).await?;
        self.profiled(person, tenant, role, &outcome).await
    }

    /// The picture of a member of an organization.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] for who is no member there, or has none.
    pub async fn avatar_of(&self, tenant: &Tenant, person: Uuid) -> Result<Picture, ApiError> {
        let id = person.to_string();
        let membership = self.load::<Membership>(tenant, &id).await?;
        let Some(Membership::Active(_) | Membership::Deactivated(_)) =
            membership.map(|loaded| loaded.state)
        else {
            return Err(ApiError::NotFound);
        };
        let avatar = self.person(person).await?.avatar;
        let picture = avatar.and_then(|picture| picture.parse().ok());
        let picture: Uuid = picture.ok_or(ApiError::NotFound)?;
        let key = FileKey::avatar(person, picture);
        let bytes = self.files()?.get(&key).await?;
        Ok(Picture {
            id: picture,
            bytes: bytes.ok_or(ApiError::NotFound)?,
        })
    }

    pub(super) fn files(&self) -> Result<&Files, ApiError> {
        let files = self.people.files.as_ref();
        files.ok_or_else(|| ApiError::internal("this process keeps no files"))
    }

    /// Names another picture in the log, and throws the one before away.
    async fn replace(
        &self,
        person: Uuid,
        picture: Option<Uuid>,
        conditions: &Conditions,
    ) -> Result<Outcome<Person>, ApiError> {
        let home = self.home()?;
        let avatar = picture.map(|id| AvatarId::parse(&id.to_string()));
        let avatar = avatar.transpose().map_err(ApiError::internal)?;
        for _ in 0..ATTEMPTS {
            let loaded = self.loaded_person(person).await?;
            let before = loaded.state.facts().ok_or(ApiError::NotFound)?;
            let on = Conditions {
                if_match: Some(conditions.if_match.unwrap_or(loaded.revision)),
                idempotency: conditions.idempotency.clone(),
            };
            let command = PersonCommand::ChangeAvatar {
                avatar: avatar.clone(),
            };
            let id = person.to_string();
            match self
                .execute_on::<Person>(&home, person, id, command, on)
                .await
            {
                Err(ApiError::VersionMismatch { .. }) if conditions.if_match.is_none() => {}
                Err(error) => return Err(error),
                Ok(outcome) => {
                    let now = outcome
                        .state
                        .facts()
                        .and_then(|facts| facts.avatar.as_ref());
                    let gone = before.avatar.as_ref().filter(|old| Some(*old) != now);
                    if let Some(old) = gone.filter(|_| outcome.revision > loaded.revision) {
                        self.discard(person, old).await;
                    }
                    return Ok(outcome);
                }
            }
        }
        Err(ApiError::Conflict {
            code: "contended",
            detail: "too many others changed the same thing at once; try again".into(),
        })
    }

    /// The address of a picture elsewhere gives way.
    async fn show_own(
        &self,
        person: Uuid,
        outcome: Outcome<Person>,
    ) -> Result<Outcome<Person>, ApiError> {
        let facts = outcome.state.facts().ok_or(ApiError::NotFound)?;
        if self.profile_of(person, facts).await?.avatar_url.is_none() {
            return Ok(outcome);
        }
        let clear = ProfileRequest {
            name: None,
            settings: None,
            avatar_url: Patch::Clear,
        };
        self.change_person(person, &clear, &Conditions::default())
            .await
    }

    /// Deletes a file that nobody names any more. One that stays because the store is away is deleted
    /// with its person.
    async fn discard(&self, person: Uuid, picture: &str) {
        let (Ok(picture), Ok(files)) = (picture.parse(), self.files()) else {
            return;
        };
        let key = FileKey::avatar(person, picture);
        if let Err(error) = files.delete(&key).await {
            tracing::warn!(%error, "a picture that was replaced could not be deleted");
        }
    }
}

/// Whether it is certain that the log doesn't name it: a repeat named the first one, or it was refused.
fn was_not_taken(replaced: &Result<Outcome<Person>, ApiError>, picture: Uuid) -> bool {
    match replaced {
        Ok(outcome) => {
            let named = outcome
                .state
                .facts()
                .and_then(|facts| facts.avatar.as_deref());
            named != Some(&*picture.to_string())
        }
        Err(ApiError::Unavailable { .. } | ApiError::Internal { .. }) => false,
        Err(_) => true,
    }
}

impl From<NotDrawn> for ApiError {
    fn from(error: NotDrawn) -> Self {
        match error {
            NotDrawn::Bad(bad) => Self::Refused {
                code: "bad-picture",
                detail: bad.to_string().into(),
            },
            NotDrawn::Busy => Self::Unavailable {
                code: "overloaded",
                detail: "too many pictures are being drawn; try again".into(),
                retry_after_s: SOON_S,
                cause: String::new(),
            },
        }
    }
}

impl From<FilesError> for ApiError {
    fn from(error: FilesError) -> Self {
        let cause = error.to_string();
        match error {
            FilesError::Unavailable(_) => Self::Unavailable {
                code: "unavailable",
                detail: "files can't be reached at the moment; try again".into(),
                retry_after_s: SOON_S,
                cause,
            },
            FilesError::Corrupt(_) | FilesError::Setting(_) => Self::Internal { cause },
        }
    }
}
