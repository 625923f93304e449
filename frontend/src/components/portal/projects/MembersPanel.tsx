"use client";

import { ActionIcon, Select, Skeleton, Tooltip } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconUserMinus } from "@tabler/icons-react";
import { useState } from "react";
import { errorText } from "@/components/ui/ErrorState";
import { Panel } from "@/components/ui/Panel";
import { QueryView } from "@/components/ui/QueryView";
import { useChangeMember, useMembers } from "@/hooks/useProjects";
import { useMe } from "@/hooks/useSession";
import { useI18n } from "@/i18n/I18nProvider";
import { may, mayChange, rolesToGive } from "@/lib/portal/projectRoles";
import type { Member, Project, Role } from "@/lib/portal/projectTypes";
import { refusalText } from "../shared/refusal";
import { AddMemberForm } from "./AddMemberForm";
import classes from "./Projects.module.css";
import { RemoveMemberDialog } from "./RemoveMemberDialog";

/** Who is in the project, and as what; those who may, change it in place. */
export function MembersPanel({ project }: { project: Project }) {
  const { t, tn } = useI18n();
  const query = useMembers(project.id);
  const [leaving, setLeaving] = useState<Member | null>(null);
  return (
    <Panel title={t("projects.membersTitle")} hint={query.data ? tn("projects.members", query.data.length) : undefined} flush>
      {may(project.role, "members") ? (
        <div className={classes.add}>
          <AddMemberForm project={project} />
        </div>
      ) : null}
      <QueryView query={query} skeleton={<Skeleton height={120} m="md" width="auto" />}>
        {(members) => (
          <ul className={classes.people}>
            {members.map((member) => (
              <Person key={member.account_id} project={project} member={member} members={members} onRemove={() => setLeaving(member)} />
            ))}
          </ul>
        )}
      </QueryView>
      <RemoveMemberDialog project={project} member={leaving} onClose={() => setLeaving(null)} />
    </Panel>
  );
}

interface PersonProps {
  project: Project;
  member: Member;
  members: readonly Member[];
  onRemove: () => void;
}

function Person({ project, member, members, onRemove }: PersonProps) {
  const { t, format } = useI18n();
  const me = useMe().data;
  const change = useChangeMember(project.id);
  const isMe = me?.email === member.email;
  const open = mayChange(project.role, member, members);
  const give = (role: Role) =>
    change.mutate(
      { accountId: member.account_id, role },
      {
        onSuccess: () => notifications.show({ message: t("projects.roleChanged", { name: member.name, role: t(`projects.role_${role}`) }) }),
        onError: (error) => notifications.show({ color: "red", message: refusalText(error) ?? errorText(error, t) }),
      },
    );
  return (
    <li className={classes.person}>
      <div className={classes.who}>
        <span className={classes.personName}>
          {member.name} {isMe ? <span className={classes.you}>{t("projects.you")}</span> : null}
        </span>
        <span className={classes.mail}>{member.email}</span>
      </div>
      <span className={classes.since}>{t("projects.memberSince", { when: format.date(member.added_at) })}</span>
      {open ? (
        <>
          <Select
            className={classes.roleSelect}
            size="xs"
            allowDeselect={false}
            disabled={change.isPending}
            aria-label={t("projects.roleOf", { name: member.name })}
            data={rolesToGive(project.role).map((role) => ({ value: role, label: t(`projects.role_${role}`) }))}
            value={member.role}
            onChange={(role) => (role && role !== member.role ? give(role) : undefined)}
          />
          <Tooltip label={t("projects.remove")}>
            <ActionIcon aria-label={t("projects.removeOf", { name: member.name })} onClick={onRemove}>
              <IconUserMinus size={16} stroke={1.7} />
            </ActionIcon>
          </Tooltip>
        </>
      ) : (
        <span className={classes.role}>{t(`projects.role_${member.role}`)}</span>
      )}
    </li>
  );
}
